"""Hand-written stand-ins for the functions' adapters; FakeAssetTable passes the real one's contract tests."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from media_pipeline.assets import (
    MAX_ATTEMPTS,
    OF_ONE_ATTEMPT,
    TERMINAL_STATUSES,
    Asset,
    AssetStatus,
    Claim,
    ClaimOutcome,
    Transition,
    UploadedObject,
    history_entry,
    new_record,
    timestamp,
)
from media_pipeline.errors import OperatorError
from media_pipeline.presets import Presets, Profiles
from media_pipeline.sources import Source
from media_pipeline.uploads import Cursor, StoredUpload, UploadsPage


class FakeClock:
    """Tell a time that only the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class FakeAssetTable:
    """Keep asset records in a dictionary, under the same conditions as the DynamoDB table."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}

    def get(self, asset_id: str) -> Asset | None:
        """Return an asset as of now."""
        record = self.records.get(asset_id)
        return Asset.from_record(record) if record else None

    def claim(self, upload: UploadedObject, *, now: datetime, until: datetime) -> Claim:
        """Own the work on an upload."""
        record = self.records.get(upload.asset_id)
        if record is None:
            created = new_record(upload, now=now, claimed_until=until, detail="The upload was announced")
            self.records[upload.asset_id] = created
            return Claim(outcome=ClaimOutcome.NEW, asset=Asset.from_record(created))
        asset = Asset.from_record(record)
        if asset.status is not AssetStatus.RECEIVED:
            return Claim(outcome=ClaimOutcome.SETTLED, asset=asset)
        if asset.claimed_until > timestamp(now):
            return Claim(outcome=ClaimOutcome.HELD, asset=asset)
        record |= {"claimed_until": timestamp(until), "updated_at": timestamp(now)}
        return Claim(outcome=ClaimOutcome.TAKEN_OVER, asset=Asset.from_record(record))

    def release(self, asset: Asset, *, now: datetime) -> None:
        """Give a claim back."""
        self._write_while_claimed(asset, {"claimed_until": timestamp(now), "updated_at": timestamp(now)})

    def register(self, upload: UploadedObject, *, now: datetime, detail: str) -> bool:
        """Make the record of an upload that nobody announced."""
        if upload.asset_id in self.records:
            return False
        self.records[upload.asset_id] = new_record(upload, now=now, claimed_until=now, detail=detail)
        return True

    def replay(self, asset: Asset, *, now: datetime, detail: str) -> Asset | None:
        """Begin the next attempt of an asset that has ended."""
        if not asset.is_terminal or asset.attempt >= MAX_ATTEMPTS:
            raise ValueError(asset.asset_id)
        record = self._unchanged(asset, "status", "attempt")
        if record is None:
            return None
        attempt, received = asset.attempt + 1, AssetStatus.RECEIVED
        for name in OF_ONE_ATTEMPT:
            record.pop(name, None)
        entry = history_entry(received, attempt=attempt, at=now, detail=detail)
        record |= {
            "status": received.value,
            "attempt": attempt,
            "updated_at": timestamp(now),
            "claimed_until": timestamp(now),
            "history": [*record["history"], entry],
            "past_attempts": [*record.get("past_attempts", []), asset.as_past_attempt],
        }
        return Asset.from_record(record)

    def record_plan(
        self,
        asset: Asset,
        *,
        profile: str,
        source_info: Mapping[str, Any],
        planned_outputs: Sequence[Mapping[str, Any]],
    ) -> bool:
        """Write down what is about to be submitted."""
        plan = {"profile": profile, "source_info": source_info, "planned_outputs": list(planned_outputs)}
        return self._write_while_claimed(asset, plan)

    def advance(self, asset_id: str, step: Transition) -> Asset | None:
        """Take one step of the transition table."""
        record = self.records.get(asset_id)
        if record is None or not step.is_admitted_by(Asset.from_record(record)):
            return None
        record |= {"status": step.to.value, "updated_at": timestamp(step.at)}
        record["history"] = [*record["history"], step.history_entry]
        if step.job_id is not None:
            record["job_id"] = step.job_id
            record.setdefault("submitted_at", timestamp(step.at))
        if step.to in TERMINAL_STATUSES:
            record["completed_at"] = timestamp(step.at)
        optional = {
            "error": step.error.as_record() if step.error else None,
            "outputs": step.outputs,
            "warnings": step.warnings,
            "expires_at": step.expires_at,
        }
        record |= {name: value for name, value in optional.items() if value is not None}
        return Asset.from_record(record)

    def note_progress(self, asset: Asset, *, percent: int | None, now: datetime) -> None:
        """Record that a job is alive."""
        record = self._unchanged(asset, "status", "attempt")
        if record is None or (percent is not None and record.get("progress_percent", -1) >= percent):
            return
        record["updated_at"] = timestamp(now)
        if percent is not None:
            record["progress_percent"] = percent

    def note_warnings(self, asset: Asset, warnings: Sequence[Mapping[str, int]]) -> None:
        """Record a job's warnings."""
        record = self._unchanged(asset, "status", "attempt")
        if record is not None:
            record["warnings"] = list(warnings)

    def note_notified(self, asset: Asset, *, now: datetime) -> None:
        """Record that the news was sent."""
        record = self._unchanged(asset, "attempt")
        if record is not None:
            record["notified_at"] = timestamp(now)

    def take_for_repair(self, asset: Asset, *, now: datetime, redelivery: bool = False) -> bool:
        """Reserve an overdue asset for one repair."""
        record = self._unchanged(asset, "status", "updated_at")
        if record is None:
            return False
        record["updated_at"] = timestamp(now)
        if redelivery:
            record["redeliveries"] = asset.redeliveries + 1
        return True

    def by_status(
        self,
        status: AssetStatus,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
        newest_first: bool = False,
        page_size: int = 100,
    ) -> Iterator[Asset]:
        """Yield the assets of a status that last changed between the given times."""
        found = [
            (record["updated_at"], asset_id)
            for asset_id, record in self.records.items()
            if record["status"] == status.value
            and (before is None or record["updated_at"] < timestamp(before))
            and (after is None or record["updated_at"] >= timestamp(after))
        ]
        ids = [asset_id for _, asset_id in sorted(found, reverse=newest_first)]
        return (Asset.from_record(self.records[asset_id]) for asset_id in ids)

    def known(self, asset_ids: Collection[str]) -> set[str]:
        """Return those of the ids that have a record."""
        return set(asset_ids) & self.records.keys()

    def _write_while_claimed(self, asset: Asset, changes: Mapping[str, Any]) -> bool:
        record = self._unchanged(asset, "attempt", "claimed_until")
        if record is None or record["status"] != AssetStatus.RECEIVED.value:
            return False
        record |= changes
        return True

    def _unchanged(self, asset: Asset, *names: str) -> dict[str, Any] | None:
        record = self.records.get(asset.asset_id)
        if record is None or any(record[name] != getattr(asset, name) for name in names):
            return None
        return record


@dataclass
class FakeTranscoder:
    """Keep submitted jobs; `source` answers Probe; `failures` holds what the next calls of a name raise.

    A failure named `create_job_after` is raised when the job already exists: an answer that was lost.
    """

    source: Source
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def probe(self, source_uri: str) -> Source:
        """Look into a source."""
        self._fail("probe")
        return self.source

    def create_job(self, asset: Asset, settings: Mapping[str, Any]) -> str:
        """Submit a job."""
        self._fail("create_job")
        job_id = f"job-{len(self.jobs) + 1}"
        self.jobs[job_id] = {
            "Id": job_id,
            "Status": "SUBMITTED",
            "UserMetadata": {
                "pipeline": "media-pipeline-test",
                "asset_id": asset.asset_id,
                "attempt": str(asset.attempt),
            },
        }
        self.settings[job_id] = settings
        self._fail("create_job_after")
        return job_id

    def find_job(self, asset: Asset) -> str | None:
        """Find the job of an asset's attempt."""
        self._fail("find_job")
        wanted = (asset.asset_id, str(asset.attempt))
        return next(
            (
                job_id
                for job_id, job in self.jobs.items()
                if (job["UserMetadata"]["asset_id"], job["UserMetadata"]["attempt"]) == wanted
            ),
            None,
        )

    def jobs_in_flight(self) -> int:
        """Count the jobs that wait or run."""
        self._fail("jobs_in_flight")
        return sum(job["Status"] in ("SUBMITTED", "PROGRESSING") for job in self.jobs.values())

    def cancel_job(self, job_id: str) -> bool:
        """Cancel a job that has not ended."""
        self._fail("cancel_job")
        job = self.jobs.get(job_id)
        if job is None or job["Status"] not in ("SUBMITTED", "PROGRESSING"):
            return False
        job["Status"] = "CANCELED"
        return True

    def get_job(self, job_id: str) -> Mapping[str, Any] | None:
        """Return a job."""
        self._fail("get_job")
        return self.jobs.get(job_id)

    def _fail(self, call: str) -> None:
        if self.failures.get(call):
            raise self.failures[call].pop(0)


@dataclass
class FakePresets:
    """Hand out fixed presets; `failure` is raised instead where it is set."""

    presets: Presets
    profiles: Profiles
    failure: Exception | None = None

    def load(self) -> tuple[Presets, Profiles]:
        """Return the presets and profiles."""
        if self.failure:
            raise self.failure
        return self.presets, self.profiles


class FakeOutputs:
    """Keep objects in a dictionary; errors in `failures` are raised first."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.failures: list[Exception] = []

    def sizes(self, prefix: str) -> Mapping[str, int]:
        """Return the sizes of the objects whose keys begin so."""
        self._fail()
        return {key: len(body) for key, body in self.objects.items() if key.startswith(prefix)}

    def read(self, key: str, *, offset: int, length: int) -> bytes:
        """Return a part of an object."""
        self._fail()
        part = self.objects.get(key, b"")[offset : offset + length]
        if not part:
            raise OperatorError(f"there is no byte {offset} of {key}")
        return part

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)


class FakeUploads:
    """Hold the versions of the uploads bucket: by key, the newest last; `deleted` keys hold nothing now."""

    def __init__(self) -> None:
        self.stored: dict[str, list[StoredUpload]] = {}
        self.deleted: set[str] = set()
        self.failures: list[Exception] = []
        self.page_size = 1000

    def put(self, upload: UploadedObject, at: datetime) -> None:
        """Upload a version."""
        self.stored.setdefault(upload.key, []).append(StoredUpload(upload=upload, modified_at=at))
        self.deleted.discard(upload.key)

    def current_etag(self, key: str) -> str | None:
        """Return the ETag of what lies under a key now."""
        if self.failures:
            raise self.failures.pop(0)
        if key in self.deleted or key not in self.stored:
            return None
        return self.stored[key][-1].upload.etag

    def page(self, *, prefix: str, key_marker: str | None, version_marker: str | None) -> UploadsPage:
        """Return a page of versions, by key, the newest of a key first."""
        if self.failures:
            raise self.failures.pop(0)
        listed = [
            stored
            for key in sorted(self.stored, key=str.encode)
            if key.startswith(prefix)
            for stored in reversed(self.stored[key])
        ]
        places = [(stored.upload.key, stored.upload.version_id) for stored in listed]
        start = 0
        if key_marker is not None:
            start = next(
                (
                    number + 1
                    for number, place in enumerate(places)
                    if place == (key_marker, version_marker) and version_marker is not None
                ),
                sum(key.encode() <= key_marker.encode() for key, _ in places),
            )
        page = listed[start : start + self.page_size]
        more = start + self.page_size < len(listed)
        return UploadsPage(
            uploads=page,
            key_marker=page[-1].upload.key if more else None,
            version_marker=page[-1].upload.version_id if more else None,
        )


class FakeCursors:
    """Remember where a sweep stands."""

    def __init__(self, beginning: datetime) -> None:
        self.cursor = Cursor()
        self._beginning = beginning

    def load(self) -> Cursor:
        """Return the cursor."""
        return self.cursor

    def save(self, cursor: Cursor) -> None:
        """Remember the cursor."""
        self.cursor = cursor

    def beginning(self) -> datetime:
        """Return when the pipeline came into being."""
        return self._beginning


class FakePublisher:
    """Keep what was published; errors in `failures` are raised first."""

    def __init__(self) -> None:
        self.published: list[tuple[str, Mapping[str, Any]]] = []
        self.failures: list[Exception] = []

    def publish(self, subject: str, message: Mapping[str, Any]) -> None:
        """Publish a message."""
        if self.failures:
            raise self.failures.pop(0)
        self.published.append((subject, message))


class FakeQueue:
    """Keep the messages that were sent."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send(self, body: str) -> None:
        """Send one message."""
        self.bodies.append(body)


class FakeMetrics:
    """Keep what was counted, as names with their values."""

    def __init__(self) -> None:
        self.counted: list[tuple[Any, ...]] = []

    def asset_received(self) -> None:
        """Count a new asset."""
        self.counted.append(("received",))

    def asset_submitted(self) -> None:
        """Count a submitted job."""
        self.counted.append(("submitted",))

    def asset_completed(self, *, processing_seconds: float, output_minutes: float) -> None:
        """Count a complete asset."""
        self.counted.append(("completed", processing_seconds, output_minutes))

    def asset_failed(self, *, reason: str, processing_seconds: float | None) -> None:
        """Count a failed asset."""
        self.counted.append(("failed", reason, processing_seconds))

    def asset_canceled(self) -> None:
        """Count a cancelled asset."""
        self.counted.append(("canceled",))

    def message_slowed_down(self) -> None:
        """Count a message that was made to wait."""
        self.counted.append(("slowed down",))

    def asset_repaired(self, *, kind: str) -> None:
        """Count a repair."""
        self.counted.append(("repaired", kind))

    def assets_stuck(self, count: int) -> None:
        """Say how many assets are stuck."""
        self.counted.append(("stuck", count))
