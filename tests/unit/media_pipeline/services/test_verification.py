"""What verification expects of outputs, and how much it takes to find out."""

import tracemalloc
from collections.abc import Sequence
from typing import Any

import pytest

from media_pipeline.domain.events import ProducedGroup, ProducedOutput
from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.ports import Document
from media_pipeline.domain.source import (
    Source,
    SourceInfo,
    UnknownSource,
)
from media_pipeline.manifests.output_reader import MAX_MANIFEST_BYTES
from media_pipeline.services.verification import Verification, verify
from tests.support.fakes import FakeOutputs
from tests.support.made_outputs import made_mp4, made_outputs
from tests.support.planned_source import FOLDER, plan, source

HLS, DASH, MP4 = ("hls/master_240p.m3u8", "dash/manifest.mpd", "mp4/video_240p.mp4")


def verified(
    of: Source, seconds: float, *, groups: Sequence[ProducedGroup] = (), **made: Any
) -> Verification:
    """Verify made-up outputs of so many seconds against a source."""
    outputs = FakeOutputs()
    outputs.objects = made_outputs(plan(of), seconds=seconds, **made)
    return verify(folder=FOLDER, planned=plan(of), source=of, groups=groups, outputs=outputs)


@pytest.mark.parametrize(
    ("of", "seconds"),
    [
        (source(60), 60.9),
        (source(60), 59.1),
        (source(600), 589),
        (source(600), 611),
        (source(0.5), 0.5),
        (source(0.033), 0.04),
        (source(8, picture=5, sound=None), 5),
        (source(8, picture=5, sound=8), 8),
        (source(8, picture=8, sound=5), 8),
    ],
)
def test_a_duration_may_be_off_by_little(of: SourceInfo, seconds: float) -> None:
    """Within a second or two percent, outputs are as long as their source, or as its picture alone."""
    assert verified(of, seconds, has_audio=bool(of.audio)).error is None


@pytest.mark.parametrize(
    ("of", "seconds", "instead"),
    [
        (source(60), 58, "58.0 s instead of 60.0 s"),
        (source(60), 62, "62.0 s instead of 60.0 s"),
        (source(600), 587, "587.0 s instead of 600.0 s"),
        (source(20, picture=10, sound=20), 8, "8.0 s instead of 10.0 to 20.0 s"),
        (source(8, picture=8, sound=5), 5, "5.0 s instead of 8.0 s"),
    ],
)
def test_a_duration_may_not_be_off_by_more(of: SourceInfo, seconds: float, instead: str) -> None:
    """Beyond that, every format says how long it is and how long it should be."""
    verification = verified(of, seconds)
    assert verification.missing == ()
    for name in (HLS, DASH, f"representation 1 of {DASH}", MP4):
        assert f"{name} lasts {instead}" in verification.invalid
    assert verification.error is not None
    assert verification.error.code == "OUTPUTS_INVALID"


def test_manifests_are_kept_as_they_were_read() -> None:
    """What comes after verification has HLS and DASH, with their ETags; a file is no manifest."""
    of = source(60)
    outputs = FakeOutputs()
    outputs.objects = made_outputs(plan(of), seconds=60)
    verification = verify(folder=FOLDER, planned=plan(of), source=of, groups=(), outputs=outputs)
    keys = [f"{FOLDER}/{name}" for name in (HLS.replace("_240p", ""), DASH)]
    assert verification.manifests == {key: outputs.read(key) for key in keys}
    lasting = {*keys, f"{FOLDER}/{MP4}"}
    assert verification.durations_ms == {
        output.key: 60_000 if output.key in lasting else 0 for output in plan(of)
    }


def test_sound_may_go_on_but_not_end_before_its_source() -> None:
    """Sound of its own is as long as the source's sound, or goes on to the end of the film."""
    assert verified(source(8, picture=8, sound=3), 8).error is None
    (fault,) = verified(source(8, picture=5, sound=8), 5).invalid
    assert fault.endswith(f"of {DASH} lasts 5.0 s instead of 8.0 s")


def test_nothing_lasts_no_time() -> None:
    """Where the tolerance is longer than the film, an empty film is still none."""
    of = source(0.5)
    outputs = FakeOutputs()
    outputs.objects = made_outputs(plan(of), seconds=0.5)
    outputs.objects[f"{FOLDER}/{MP4}"] = made_mp4(0, "vide", "soun")
    verification = verify(folder=FOLDER, planned=plan(of), source=of, groups=(), outputs=outputs)
    assert verification.invalid == (f"{MP4} lasts 0.0 s instead of 0.5 s",)


@pytest.mark.parametrize("of", [source(0), UnknownSource(reason="Probe did not answer")])
def test_without_a_source_the_job_is_taken_at_its_word(of: Source) -> None:
    """Where Probe knew no duration, outputs must be as long as the job reports, whatever that is."""
    groups = [ProducedGroup(outputs=(ProducedOutput(width=1, height=1, duration_ms=20_000),))] * 4
    assert verified(of, 20, groups=groups).error is None
    faults = verified(of, 12, groups=groups).invalid
    assert len(faults) == 5
    assert all(fault.endswith("lasts 12.0 s instead of 20.0 s") for fault in faults)


def test_without_any_word_outputs_agree_with_each_other() -> None:
    """Where nothing is known, whatever sounds or not passes, but for pictures of unequal length."""
    unknown = UnknownSource(reason="Probe did not answer")
    for has_audio in (True, False):
        assert verified(unknown, 20, has_audio=has_audio).error is None
    outputs = FakeOutputs()
    outputs.objects = made_outputs(plan(unknown), seconds=20)
    shorter = made_outputs([output for output in plan(unknown) if output.format == "MP4"], seconds=12)
    outputs.objects |= shorter
    verification = verify(folder=FOLDER, planned=plan(unknown), source=unknown, groups=(), outputs=outputs)
    assert verification.invalid == ("mp4/video_source.mp4 lasts 12.0 s instead of 20.0 s",)


def test_records_of_an_earlier_version_are_verified_as_far_as_they_go() -> None:
    """A plan without sizes is one of which any size passes; the rest of it still holds."""
    of = source(20)
    records = [output.as_record() for output in plan(of)]
    for record in records:
        del record["sizes"]
    outputs = FakeOutputs()
    outputs.objects = made_outputs(plan(of), seconds=20)
    earlier = [PlannedOutput.from_record(record) for record in records]
    assert verify(folder=FOLDER, planned=earlier, source=of, groups=(), outputs=outputs).error is None
    del outputs.objects[f"{FOLDER}/{HLS}"]
    found = verify(folder=FOLDER, planned=earlier, source=of, groups=(), outputs=outputs)
    assert found.missing == (f"{FOLDER}/{HLS}",)


def test_only_the_attempts_own_folder_counts() -> None:
    """What another attempt left behind completes nothing, though its names begin alike."""
    of = source(20)
    outputs = FakeOutputs()
    made = made_outputs(plan(of), seconds=20)
    outputs.objects = {key.replace("id/1/", "id/10/"): body for key, body in made.items()}
    verification = verify(folder=FOLDER, planned=plan(of), source=of, groups=(), outputs=outputs)
    assert verification.objects == 0
    assert {output.key for output in plan(of)} <= set(verification.missing)


def test_an_error_names_a_few_faults_and_counts_the_rest() -> None:
    """Thousands of missing files make a sentence that a record and a person can take."""
    verification = Verification(
        sizes={}, missing=tuple(f"k{number}" for number in range(1234)), invalid=("a is b", "c is d")
    )
    assert verification.error is not None
    assert verification.error.message == (
        "The transcoder reported success, but its outputs are not what was planned. "
        "Missing or empty: k0, k1, k2, k3, k4 and 1229 more. a is b; c is d. "
        "Trying again may help: replay the asset."
    )


def test_a_manifest_beyond_all_measure_is_not_read() -> None:
    """What could fill the function's memory is a fault instead."""
    of = source(20)
    outputs = FakeOutputs()
    outputs.objects = made_outputs(plan(of), seconds=20)
    outputs.objects[f"{FOLDER}/{DASH}"] = bytes(MAX_MANIFEST_BYTES + 1)
    verification = verify(folder=FOLDER, planned=plan(of), source=of, groups=(), outputs=outputs)
    assert verification.invalid == (f"{DASH} has 8,388,609 bytes; at most 8,388,608 are read",)


class CountedOutputs(FakeOutputs):
    """Count what is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.listings = self.reads = 0

    def sizes(self, prefix: str) -> dict[str, int]:
        """Count a listing."""
        self.listings += 1
        return dict(super().sizes(prefix))

    def read_range(self, key: str, *, offset: int, length: int) -> bytes:
        """Count a read."""
        self.reads += 1
        return super().read_range(key, offset=offset, length=length)

    def begin(self, key: str, *, length: int) -> Document | None:
        """Count a read."""
        self.reads += 1
        return super().begin(key, length=length)


def test_a_film_of_two_hours_takes_few_reads_and_little_memory() -> None:
    """13,200 segments are verified with one listing and a read a manifest, in some ten megabytes."""
    of, outputs = source(7200, height=1080), CountedOutputs()
    outputs.objects = made_outputs(plan(of), seconds=7200)
    tracemalloc.start()
    try:
        verification = verify(folder=FOLDER, planned=plan(of), source=of, groups=(), outputs=outputs)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert verification.error is None
    assert verification.objects > 13_000
    # The master, five variants, the MPD, and the film's head.
    assert (outputs.listings, outputs.reads) == (1, 8)
    assert peak_bytes < 50 * 1024**2


def test_one_of_thousands_is_missed() -> None:
    """The last segment of the last rung of a long film is missed like any other."""
    of, outputs = source(7200, height=1080), FakeOutputs()
    outputs.objects = made_outputs(plan(of), seconds=7200)
    last = f"{FOLDER}/dash/manifest_240p_000001200.mp4"
    del outputs.objects[last]
    verification = verify(folder=FOLDER, planned=plan(of), source=of, groups=(), outputs=outputs)
    assert (verification.missing, verification.invalid) == ((last,), ())
