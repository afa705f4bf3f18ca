"""Compare what became of a source with what was expected of it."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from checks.conformance.dash import dash_errors
from checks.conformance.hls import hls_errors
from checks.corpus.cases.case import Case
from checks.corpus.cases.outcomes import Outcome
from checks.corpus.examination.delivery import Delivery, DeliveryError, delivery
from checks.corpus.examination.extras import extra_errors
from checks.corpus.examination.pictures import (
    Seen,
    compare,
    likeness_errors,
    measure,
    picture_errors,
    see,
)
from checks.corpus.examination.record import differing_facts, facts_of
from checks.corpus.examination.similarity import Likeness
from checks.corpus.examination.sounds import sound_errors
from tests.support.service_model import shape_faults

# What a decoder or ffmpeg refuses, or what is empty, is an error of the case and not of the run.
UNREADABLE = (DeliveryError, av.FFmpegError, subprocess.SubprocessError, LookupError)
STATUS_TAG, QUARANTINED = "media-pipeline:status", "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Hold one line of the report.

    Attributes:
        likeness: Of each rendition, as text.
        errors: What does not hold, a sentence each.
        seconds: From the upload to the asset's end.
    """

    name: str
    expected: str
    got: str
    likeness: str
    errors: Sequence[str]
    seconds: float | None

    @property
    def holds(self) -> bool:
        """Return whether everything is as expected."""
        return not self.errors


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold all there is to look at.

    Attributes:
        original: What the outputs are compared with: the source, undamaged and in SDR.
        job_settings: Of the asset's job, as MediaConvert tells them; None where there is no job.
        tags: Of the uploaded object's version, after the asset's end.
        record: The asset's record, plain.
        folder: Holds the asset's objects under their keys.
    """

    original: Path
    record: Mapping[str, Any]
    folder: Path
    job_settings: Mapping[str, Any] | None
    tags: Mapping[str, str]
    seconds: float | None


def examine(case: Case, evidence: Evidence) -> Result:
    """Look at everything that a case expects."""
    record = evidence.record
    errors = [*_record_errors(case, record), *_tag_errors(case, evidence.tags)]
    if evidence.job_settings is not None:
        errors += shape_faults("mediaconvert", "JobSettings", evidence.job_settings)
    seen: dict[str, list[Seen]] = {}
    alike: list[tuple[Seen, Likeness]] = []
    delivered = Delivery({}, {})
    if record.get("status") == "COMPLETE" and case.outcome.status == "COMPLETE":
        with tempfile.TemporaryDirectory() as scratch:
            try:
                delivered = delivery(record.get("outputs") or [], evidence.folder, Path(scratch))
                seen = see(case, delivered)
                errors += picture_errors(case, seen)
                errors += sound_errors(case, evidence.original, delivered)
                alike = compare(case, evidence.original, seen)
                errors += likeness_errors(case, alike)
                errors += extra_errors(case, record, evidence.folder)
                errors += _manifest_errors(record, evidence.folder)
            except UNREADABLE as error:
                errors.append(f"what was delivered can't be read: {error!r}")
    return Result(
        name=case.name,
        expected=_expected(case.outcome),
        got=_got(record, seen, delivered),
        likeness=_likeness(case, alike),
        errors=tuple(errors),
        seconds=evidence.seconds,
    )


def _record_errors(case: Case, record: Mapping[str, Any]) -> Iterator[str]:
    outcome = case.outcome
    if record.get("status") != outcome.status:
        yield f"the asset is {_status(record)}, not {outcome.status}"
        return
    error = record.get("error") or {}
    if outcome.error is not None:
        recorded = (str(error.get("code")), str(error.get("category")))
        if recorded != outcome.error:
            yield f"the error is {' of '.join(recorded)}, not {' of '.join(outcome.error)}"
        if not error.get("message"):
            yield "the error has no sentence"
        return
    yield from differing_facts(outcome.facts, facts_of(record))
    formats = {str(output["format"]) for output in record.get("outputs") or []}
    if missing := outcome.formats - formats:
        yield f"the record has no {', '.join(sorted(missing))}"
    if case.outcome.profile not in ("default", record.get("profile")):
        yield f"the profile is {record.get('profile')}, not {case.outcome.profile}"


def _manifest_errors(record: Mapping[str, Any], folder: Path) -> Iterator[str]:
    for output in record.get("outputs") or []:
        check = {"HLS": hls_errors, "DASH": dash_errors}.get(str(output["format"]))
        if check is not None:
            yield from (f"{output['format']}: {error}" for error in check(folder / str(output["key"])))


def _tag_errors(case: Case, tags: Mapping[str, str]) -> Iterator[str]:
    is_quarantined = tags.get(STATUS_TAG) == QUARANTINED
    if is_quarantined is not case.outcome.is_quarantined:
        yield f"the upload is {'' if is_quarantined else 'not '}quarantined: its tags are {dict(tags)}"


def _expected(outcome: Outcome) -> str:
    if outcome.error is not None:
        return f"{outcome.status} {outcome.error[0]} ({outcome.error[1]})"
    sizes = " ".join(f"{width}x{height}" for width, height in outcome.ladder)
    sounds = " ".join(f"{track.language or 'sound'}/{track.channels}" for track in outcome.sounds)
    return " ".join(part for part in (outcome.status, sizes, sounds or "no sound") if part)


def _got(record: Mapping[str, Any], seen: dict[str, list[Seen]], delivered: Delivery) -> str:
    if record.get("status") != "COMPLETE":
        return _status(record)
    first = next((name for name in ("HLS", "DASH", "MP4", "M4A") if name in {*seen, *delivered.sounds}), "")
    sizes = " ".join(f"{one.size[0]}x{one.size[1]}" for one in seen.get(first, []))
    sounds = f"{len(delivered.sounds.get(first, []))} sound"
    return " ".join(part for part in ("COMPLETE", f"{first}:", sizes, sounds) if part)


def _status(record: Mapping[str, Any]) -> str:
    error = record.get("error")
    suffix = f" {error.get('code')} ({error.get('category')})" if error else ""
    return f"{record.get('status') or 'unknown to the pipeline'}{suffix}"


def _likeness(case: Case, alike: Sequence[tuple[Seen, Likeness]]) -> str:
    if not alike:
        return ""
    digits = 1 if measure(case) == "VMAF" else 3
    formats: dict[str, list[str]] = {}
    for one, likeness in alike:
        size = f"{one.size[0]}x{one.size[1]}"
        formats.setdefault(one.rendition.format, []).append(
            f"{size} {likeness.at_rung:.{digits}f}/{likeness.at_source:.{digits}f}"
        )
    return f"{measure(case)} " + "; ".join(f"{name} {', '.join(each)}" for name, each in formats.items())
