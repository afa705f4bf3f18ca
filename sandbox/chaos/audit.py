"""Compare what a load test left with what was uploaded. Pure."""

from __future__ import annotations

import collections
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.chaos.evidence import AssetRecord, DeadLetter, Evidence, Version, about
from sandbox.chaos.kinds import CAPTION_FILES, CaptionFile, Kind, file_name
from sandbox.chaos.pipeline import TERMINAL
from sandbox.chaos.uploads import Acknowledged
from sandbox.chaos.webhooks import announcements

_ERRORS_OF_OUTPUTS = ("OUTPUTS_MISSING", "OUTPUTS_INVALID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is wrong, said of each case.

    Attributes:
        lost: Uploaded versions, and uploads that the API said are complete, without exactly one record that
            has ended.
        doubled: Attempts with more than one job.
        incomplete: COMPLETE, though outputs that the record names are not there.
        unexplained: Dead letters that are neither about an asset that has ended nor the load test's own.
        strange: What must not be, whatever the faults: records of nothing or of clutter, and completed
            assets of what is no video or can't be read.
        uncaptioned: Caption files beside a video that is COMPLETE, of which its record says nothing.
        misjudged: FAILED for outputs that are missing or not as planned: no fault that is injected does that.
        broken: What the API did not keep of its promises.
        unannounced: Ends of assets of which an endpoint was not told.
        announced_twice: Ends that endpoints were told of under two ids, or with two payloads under one.
        unverified: Webhooks whose signature did not verify.
        misspent: What is wrong with what was counted of the jobs' prices, where a day's jobs had a cap.
        forgotten: Versions that the local AWS acknowledged and no longer has: its fault, not the pipeline's.
        unrecorded: Jobs that no record names, because their asset ended while they were being submitted. They
            cost money and do no other harm, so they alone are no error.
    """

    lost: Sequence[str] = ()
    doubled: Sequence[str] = ()
    incomplete: Sequence[str] = ()
    unexplained: Sequence[str] = ()
    strange: Sequence[str] = ()
    uncaptioned: Sequence[str] = ()
    misjudged: Sequence[str] = ()
    broken: Sequence[str] = ()
    unannounced: Sequence[str] = ()
    announced_twice: Sequence[str] = ()
    unverified: Sequence[str] = ()
    misspent: Sequence[str] = ()
    forgotten: Sequence[str] = ()
    unrecorded: Sequence[str] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, made twice or left unexplained."""
        wrong = (self.lost, self.doubled, self.incomplete, self.unexplained, self.strange, self.uncaptioned)
        told = (self.unannounced, self.announced_twice, self.unverified)
        return not any((*wrong, *told, self.misjudged, self.broken, self.misspent, self.forgotten))


def audit(evidence: Evidence) -> Findings:
    """Find everything that is wrong."""
    return Findings(
        lost=[*_lost(evidence), *_lost_through_api(evidence)],
        doubled=_doubled(evidence),
        incomplete=_incomplete(evidence),
        unexplained=[
            f"{_name(letter.queue_url)}: {letter.body[:200]}"
            for letter in evidence.letters
            if explanation(letter, evidence) is None
        ],
        strange=[
            *_strangers(evidence),
            *_completed_without_video(evidence),
            *(
                f"an endpoint was told of {each}, which no record has"
                for each in announcements.untrue(
                    evidence.ends, evidence.receipts, frozenset(each.asset_id for each in evidence.records)
                )
            ),
        ],
        uncaptioned=[
            f"{_said(video.key, video.version_id)}: {caption_key(video, file)}"
            for video, record in captioned(evidence.acknowledged, evidence.records)
            for file in missing_captions(video, record)
        ],
        misjudged=[
            f"{record.asset_id} ({record.key}): {record.error_code}"
            for record in evidence.records
            if record.error_code in _ERRORS_OF_OUTPUTS
        ],
        broken=evidence.broken,
        unannounced=announcements.unannounced(evidence.ends, evidence.receipts, evidence.endpoints),
        announced_twice=announcements.doubled(evidence.receipts),
        unverified=announcements.unverified(evidence.receipts),
        forgotten=[
            _said(each.key, each.version_id)
            for each in evidence.acknowledged
            if (each.key, each.version_id) not in evidence.stored
        ],
        unrecorded=_unrecorded(evidence),
    )


def uploaded(evidence: Evidence) -> set[Version]:
    """Return every version that S3 has acknowledged, or has all the same, and that needs a record."""
    found = {(each.key, each.version_id) for each in evidence.acknowledged} | evidence.stored
    return {version for version in found if file_name(version[0]) not in evidence.without_record}


def captioned(
    acknowledged: Sequence[Acknowledged], records: Sequence[AssetRecord]
) -> list[tuple[Acknowledged, AssetRecord]]:
    """Return the videos that brought caption files and are COMPLETE, with their records.

    Where a caption file was never acknowledged, its video is left out.
    """
    sent = {each.key for each in acknowledged}
    of = {(record.key, record.version_id): record for record in records if record.status == "COMPLETE"}
    return [
        (video, of[video.key, video.version_id])
        for video in acknowledged
        if video.kind is Kind.CAPTIONED
        and (video.key, video.version_id) in of
        and all(caption_key(video, file) in sent for file in caption_files(video))
    ]


def caption_files(video: Acknowledged) -> list[CaptionFile]:
    """Return the caption files that a video brings; the API takes none in a cold storage class."""
    return [file for file in CAPTION_FILES if file.is_readable or not video.through_api]


def caption_key(video: Acknowledged, file: CaptionFile) -> str:
    """Return the key of a caption file beside its video; the API keeps names in the normal form C."""
    folder, slash, name = video.key.rpartition("/")
    return f"{folder}{slash}{file.name(name)}" if video.through_api else file.key(stem(video.key))


def missing_captions(video: Acknowledged, record: AssetRecord) -> list[CaptionFile]:
    """Return the caption files of a video that its record neither has among its outputs nor as rejected.

    What is UTF-8 and can be read has to be published.
    """
    return [
        file
        for file in caption_files(video)
        if not (
            (file.language in record.captions and file.is_readable)
            or (caption_key(video, file) in record.rejected_captions and not _has_to_be_published(file))
        )
    ]


def stem(key: str) -> str:
    """Return a key without its suffix."""
    return key.rpartition(".")[0]


def _has_to_be_published(file: CaptionFile) -> bool:
    return file.is_readable and file.encoding == "utf-8"


def explanation(letter: DeadLetter, evidence: Evidence) -> str | None:
    """Say why a dead letter is no loss; None where it may be one."""
    if letter.body in evidence.poison:
        return "sent by the load test"
    asset_id, version = about(letter)
    for record in evidence.records:
        is_it = record.asset_id == asset_id or (record.key, record.version_id) == version
        if is_it and record.status in TERMINAL:
            return f"{record.asset_id} is {record.status}"
    return None


def seconds_to_end(evidence: Evidence) -> list[float]:
    """Return how long each acknowledged upload took until its asset had ended, the shortest first."""
    ends = {(each.key, each.version_id): each.completed_at for each in evidence.records}
    times = ((each.at, ends.get((each.key, each.version_id))) for each in evidence.acknowledged)
    return sorted(max(end - begin, 0.0) for begin, end in times if end is not None)


def _lost(evidence: Evidence) -> list[str]:
    records: dict[Version, list[AssetRecord]] = collections.defaultdict(list)
    for record in evidence.records:
        records[record.key, record.version_id].append(record)
    lost: list[str] = []
    for version in sorted(uploaded(evidence)):
        found = records.get(version, [])
        if [record.status in TERMINAL for record in found] != [True]:
            fate = ", ".join(f"{record.asset_id} {record.status}" for record in found) or "no record"
            lost.append(f"{_said(*version)}: {fate}")
    return lost


def _lost_through_api(evidence: Evidence) -> list[str]:
    """Name the uploads that the API said are complete, without an ended record of the asset it named."""
    ended = {record.asset_id: record for record in evidence.records if record.status in TERMINAL}
    return [
        f"{each.name}: the API said complete, asset {each.asset_id} is "
        + (f"of {ended[each.asset_id].key}" if each.asset_id in ended else "not there, or has not ended")
        for each in evidence.completed
        if each.asset_id is not None
        if each.asset_id not in ended or file_name(ended[each.asset_id].key) != each.name
    ]


def _doubled(evidence: Evidence) -> list[str]:
    jobs: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    for job in evidence.jobs:
        jobs[job.asset_id, job.attempt].append(job.job_id)
    return [
        f"{asset_id}, attempt {attempt}: jobs {', '.join(sorted(ids))}"
        for (asset_id, attempt), ids in sorted(jobs.items())
        if len(ids) > 1
    ]


def _incomplete(evidence: Evidence) -> list[str]:
    faults: list[str] = []
    for record in evidence.records:
        if record.status != "COMPLETE":
            continue
        missing = [key for key in record.outputs if key not in evidence.outputs]
        if missing or not record.outputs:
            faults.append(f"{record.asset_id}: {', '.join(missing) or 'names no outputs'}")
    return faults


def _strangers(evidence: Evidence) -> list[str]:
    known = uploaded(evidence)
    return [
        f"{record.asset_id} is about {_said(record.key, record.version_id)}, which was never uploaded "
        "or needs no record"
        for record in evidence.records
        if (record.key, record.version_id) not in known
    ]


def _completed_without_video(evidence: Evidence) -> list[str]:
    others = {
        (each.key, each.version_id): each.kind for each in evidence.acknowledged if not each.kind.may_complete
    }
    return [
        f"{record.asset_id} is COMPLETE, though {record.key} is a {others[version]}"
        for record in evidence.records
        if record.status == "COMPLETE" and (version := (record.key, record.version_id)) in others
    ]


def _unrecorded(evidence: Evidence) -> list[str]:
    # A doubled one is reported elsewhere.
    current: Mapping[tuple[str, str], str | None] = {
        (record.asset_id, str(record.attempt)): record.job_id for record in evidence.records
    }
    jobs = collections.Counter((job.asset_id, job.attempt) for job in evidence.jobs)
    return [
        f"job {job.job_id} of {job.asset_id} is {job.status}, but the record names {current[attempt]}"
        for job in evidence.jobs
        if (attempt := (job.asset_id, job.attempt)) in current
        and jobs[attempt] == 1
        and current[attempt] != job.job_id
    ]


def _said(key: str, version_id: str) -> str:
    return f"{key} ({version_id})"


def _name(queue_url: str) -> str:
    return queue_url.rpartition("/")[2]
