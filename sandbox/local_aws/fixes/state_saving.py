"""Save the state in a tenth of the time, and whole, so that thousands of uploads can run meanwhile.

MiniStack copies each service's state and writes it with the slow half of the JSON encoder. With 2,500 assets
that takes 2 of every 10 seconds, in which nothing else is answered. The state is saved on the event loop,
where no request changes it: no copy is needed. The fast half writes the same text in 0.2 seconds.

Lines of logs and points of metrics are most of the state: thousands of invocations are megabytes, and a
second in which nothing is answered. They are saved when the server is stopped, and otherwise with a change of
a log group or an alarm; a server that is killed forgets those since then. Functions' code is hashed once.

Threads do change some of it (logs, metrics, queues). A dictionary that grows while it is copied ends the
saving of its whole service, and an old file stays: what they change is read in one step, or once more.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict
from ministack.services import cloudwatch, cloudwatch_logs, dynamodb, lambda_svc, sqs

State = Mapping[str, Any]

_TRIES = 5
_OF_DYNAMODB = (
    "tags", "ttl_settings", "pitr_settings", "kinesis_destinations", "contributor_insights", "backups",
    "resource_policies", "exports", "imports",
)  # fmt: skip
_OF_LOGS = (
    "log_groups", "destinations", "resource_policies", "log_group_policies", "metric_filters", "queries",
    "log_records", "delivery_sources", "delivery_destinations", "deliveries",
)  # fmt: skip

_OF_METRICS = (
    "metrics", "alarms", "composite_alarms", "composite_triggers", "alarm_history", "dashboards",
    "resource_tags",
)  # fmt: skip
# More than one deployment has at a time; each may be some MB.
_CODES = 20
# What grows with lines, and with questions about them.
_OF_LINES = ("log_groups", "log_records", "queries")
_log = logging.getLogger("sandbox.local_aws")


def apply() -> None:
    """Replace how the state is gathered and written; its form, and how it is read back, stay the same."""
    app.save_all = save_all
    dynamodb.get_state = _dynamodb_state
    sqs.get_state = lambda: {"queues": sqs._queues, "queue_name_to_url": sqs._queue_name_to_url}
    cloudwatch.get_state = lambda: {name: getattr(cloudwatch, f"_{name}") for name in _OF_METRICS}
    lambda_svc._write_code_blob = _written_once()
    cloudwatch_logs.get_state = lambda: {name: getattr(cloudwatch_logs, f"_{name}") for name in _OF_LOGS}


def save_changes() -> None:
    """Save the state of every service but lines and points alone; to be called on the event loop."""
    services = dict(app._build_persistence_save_dict())
    for name, describe in _GROWING.items():
        described = json.dumps(describe(), default=_plain)
        if _described.get(name) == described:
            services.pop(name, None)
        _described[name] = described
    save_all(services)


def save_all(services: Mapping[str, Callable[[], State | None]]) -> None:
    """Write each service's state to a file of its own; one that can't be saved doesn't stop the others."""
    for name, get_state in services.items():
        try:
            text = _text(name, get_state)
            if text is not None:
                _write(Path(persistence.STATE_DIR) / f"{name}.json", text)
        except Exception:  # the boundary of one service: whatever is wrong with it
            _log.exception("The state of %s could not be saved; its last file stays.", name)


def _logs_without_lines() -> State:
    groups = [
        [scope, {name: value for name, value in group.items() if name != "streams"}]
        for scope, group in cloudwatch_logs._log_groups.all_items()
    ]
    kept = {name: getattr(cloudwatch_logs, f"_{name}") for name in _OF_LOGS if name not in _OF_LINES}
    return {**kept, "log_groups": groups}


def _alarms_without_points() -> State:
    return {name: getattr(cloudwatch, f"_{name}") for name in _OF_METRICS if name != "metrics"}


_GROWING: Mapping[str, Callable[[], State]] = {
    "cloudwatch_logs": _logs_without_lines,
    "cloudwatch": _alarms_without_points,
}
# What was last saved of these services, apart from what grows.
_described: dict[str, str] = {}


def _written_once() -> Callable[[bytes], str]:
    """Return what writes a function's code, unless it is there, without hashing all of it each time."""
    write = lambda_svc._write_code_blob
    hashed = lru_cache(_CODES)(lambda code: hashlib.sha256(code).hexdigest())

    def write_code_blob(code: bytes) -> str:
        digest = str(hashed(code))
        is_there = (Path(lambda_svc.CODE_BLOB_DIR) / f"{digest}.zip").exists()
        return digest if is_there else str(write(code))

    return write_code_blob


def _text(name: str, get_state: Callable[[], State | None]) -> str | None:
    for remaining in reversed(range(_TRIES)):
        try:
            state = get_state()
            if state is None:
                # It was never loaded: what an earlier run saved must stay.
                return None
            version = persistence._state_format_version(name)
            return json.dumps({"__ministack_format__": version, "payload": state}, default=_plain)
        except RuntimeError:
            # "dictionary changed size during iteration"
            if not remaining:
                raise
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, AccountRegionScopedDict | AccountScopedDict):
        # Copied in one step of the interpreter, between which and the next no thread gets a word in.
        snapshot = type(value)()
        snapshot._data = dict(value._data)
        value = snapshot
    return persistence._json_default(value)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".tmp")
    partial.write_text(text)
    partial.replace(path)


def _dynamodb_state() -> dict[str, Any]:
    tables = AccountRegionScopedDict()
    for scope, table in dynamodb._tables.all_items():
        # The members of its indexes are found again from its items.
        kept = {key: value for key, value in table.items() if key != dynamodb._INDEX_MEMBERS}
        tables.set_scoped(*scope, kept)
    return {"tables": tables, **{name: getattr(dynamodb, f"_{name}") for name in _OF_DYNAMODB}}
