"""Keep queues, templates, tags, jobs and unsent events in one SQLite file.

Every change happens inside ``transaction``, so that a job's new status and the event that tells of it are
written together or not at all. One connection serves all threads, one at a time.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.api.wire import Document

_SCHEMA = """
CREATE TABLE IF NOT EXISTS resource (
    kind TEXT, name TEXT, document TEXT NOT NULL, PRIMARY KEY (kind, name));
CREATE TABLE IF NOT EXISTS tag (arn TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (arn, key));
CREATE TABLE IF NOT EXISTS job (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, queue TEXT NOT NULL,
    status TEXT NOT NULL, priority INTEGER NOT NULL, token TEXT, created_at_ms INTEGER NOT NULL,
    inputs TEXT NOT NULL, document TEXT NOT NULL);
DROP INDEX IF EXISTS job_by_status;
DROP INDEX IF EXISTS job_by_queue;
CREATE INDEX IF NOT EXISTS job_by_turn ON job (status, priority DESC, sequence, queue);
CREATE INDEX IF NOT EXISTS job_by_status_and_queue ON job (status, queue, sequence, inputs);
CREATE INDEX IF NOT EXISTS job_by_queue_and_inputs ON job (queue, sequence, inputs);
CREATE INDEX IF NOT EXISTS job_by_token ON job (token) WHERE token IS NOT NULL;
CREATE TABLE IF NOT EXISTS unsent_event (sequence INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Select jobs; a field that is None selects all.

    Attributes:
        queue: ARN of a queue.
        input_text: Part of the URI of one of the inputs.
        after_sequence: Where the page before ended, in the order asked for.
    """

    status: str | None = None
    queue: str | None = None
    input_text: str | None = None
    ascending: bool = False
    after_sequence: int | None = None


class StateInUse(Exception):
    """Say that another process holds the state."""


class Store:
    """Hold the endpoint's whole state; it survives the process.

    Raises:
        StateInUse: Another process has the file open; two would run each job twice.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=0.5)
        pragmas = "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        try:
            self._connection.executescript(f"{pragmas} BEGIN EXCLUSIVE; {_SCHEMA} COMMIT")
        except sqlite3.OperationalError as error:
            self._connection.close()
            if "locked" in str(error):
                raise StateInUse(f"Another process is using {path}.") from error
            raise

    def close(self) -> None:
        """Close the file; no call may follow."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the changes inside one unit, seen by no other thread before its end; nests."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    def resource(self, kind: str, name: str) -> Document | None:
        """Read a queue or template by its name."""
        return self._document("SELECT document FROM resource WHERE kind = ? AND name = ?", (kind, name))

    def resources(self, kind: str) -> list[Document]:
        """Read all queues or templates, ordered by name."""
        return self._documents("SELECT document FROM resource WHERE kind = ? ORDER BY name", (kind,))

    def put_resource(self, kind: str, document: Document) -> None:
        """Write a queue or template under its name."""
        sql = "INSERT OR REPLACE INTO resource (kind, name, document) VALUES (?, ?, ?)"
        self._rows(sql, (kind, document["name"], json.dumps(document)))

    def delete_resource(self, kind: str, name: str) -> None:
        """Remove a queue or template."""
        self._rows("DELETE FROM resource WHERE kind = ? AND name = ?", (kind, name))

    def tags(self, arn: str) -> dict[str, str]:
        """Read the tags of a resource."""
        return dict(self._rows("SELECT key, value FROM tag WHERE arn = ? ORDER BY key", (arn,)))

    def put_tags(self, arn: str, tags: dict[str, str]) -> None:
        """Add tags to a resource, or change them."""
        for key, value in tags.items():
            self._rows("INSERT OR REPLACE INTO tag (arn, key, value) VALUES (?, ?, ?)", (arn, key, value))

    def delete_tags(self, arn: str, keys: Sequence[str] | None = None) -> None:
        """Remove the tags named, or all of them."""
        for key in self.tags(arn) if keys is None else keys:
            self._rows("DELETE FROM tag WHERE arn = ? AND key = ?", (arn, key))

    def add_job(
        self, document: Document, *, token: str | None, created_at_ms: int, inputs: Sequence[str]
    ) -> None:
        """Write a new job."""
        self._rows(
            "INSERT INTO job (id, queue, status, priority, token, created_at_ms, inputs, document)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document["id"],
                document["queue"],
                document["status"],
                document["priority"],
                token,
                created_at_ms,
                "\n".join(inputs),
                json.dumps(document),
            ),
        )

    def put_job(self, document: Document) -> None:
        """Write a job's changed document."""
        self._rows(
            "UPDATE job SET status = ?, document = ? WHERE id = ?",
            (document["status"], json.dumps(document), document["id"]),
        )

    def job(self, id_: str) -> Document | None:
        """Read a job."""
        return self._document("SELECT document FROM job WHERE id = ?", (id_,))

    def job_by_token(self, token: str, *, since_ms: int) -> Document | None:
        """Read the newest job that was created with this token since a moment (epoch milliseconds)."""
        return self._document(
            "SELECT document FROM job WHERE token = ? AND created_at_ms > ? ORDER BY sequence DESC LIMIT 1",
            (token, since_ms),
        )

    def jobs(self, selected: JobFilter, limit: int) -> list[tuple[int, Document]]:
        """Read a page of jobs, each with its sequence number."""
        conditions: list[tuple[str, str | int | None]] = [
            ("status = ?", selected.status),
            ("queue = ?", selected.queue),
            ("instr(inputs, ?) > 0", selected.input_text),
            (f"sequence {'>' if selected.ascending else '<'} ?", selected.after_sequence),
        ]
        used = [(sql, value) for sql, value in conditions if value is not None]
        where = " AND ".join(sql for sql, _ in used) or "1"
        order = "ASC" if selected.ascending else "DESC"
        # Chosen by indexes alone: the documents, thousands of long texts, are read for this page only.
        chosen = f"SELECT sequence FROM job WHERE {where} ORDER BY sequence {order} LIMIT ?"
        rows = self._rows(
            f"SELECT sequence, document FROM job WHERE sequence IN ({chosen}) ORDER BY sequence {order}",
            (*(value for _, value in used), limit),
        )
        return [(sequence, json.loads(document)) for sequence, document in rows]

    def next_job(self, queues: Sequence[str]) -> Document | None:
        """Read the SUBMITTED job of these queues that goes first: by priority, then by age."""
        return self._document(
            "SELECT document FROM job INDEXED BY job_by_turn WHERE status = 'SUBMITTED'"
            f" AND queue IN ({', '.join('?' * len(queues))}) ORDER BY priority DESC, sequence LIMIT 1",
            tuple(queues),
        )

    def count_jobs(self, status: str, queue: str | None = None) -> int:
        """Count the jobs in a status, of one queue or of all."""
        sql, values = "SELECT count(*) FROM job WHERE status = ?", (status,)
        if queue is None:
            return int(self._rows(sql, values)[0][0])
        return int(self._rows(f"{sql} AND queue = ?", (*values, queue))[0][0])

    def add_event(self, entry: Document) -> None:
        """Append an event to those that wait to be sent."""
        self._rows("INSERT INTO unsent_event (entry) VALUES (?)", (json.dumps(entry),))

    def unsent_events(self, limit: int) -> list[tuple[int, Document]]:
        """Read the oldest unsent events, each with its sequence number."""
        rows = self._rows("SELECT sequence, entry FROM unsent_event ORDER BY sequence LIMIT ?", (limit,))
        return [(sequence, json.loads(entry)) for sequence, entry in rows]

    def delete_event(self, sequence: int) -> None:
        """Remove an event that was sent."""
        self._rows("DELETE FROM unsent_event WHERE sequence = ?", (sequence,))

    def count_unsent_events(self) -> int:
        """Count the events that wait to be sent."""
        return int(self._rows("SELECT count(*) FROM unsent_event")[0][0])

    def _document(self, sql: str, values: Sequence[Any]) -> Document | None:
        documents = self._documents(sql, values)
        return documents[0] if documents else None

    def _documents(self, sql: str, values: Sequence[Any]) -> list[Document]:
        return [json.loads(document) for (document,) in self._rows(sql, values)]

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()
