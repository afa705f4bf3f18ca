"""Verification of outputs that others change meanwhile."""

import pytest

from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.ports import Document
from media_pipeline.services.verification import verify
from tests.support.fakes import FakeOutputs
from tests.support.made_outputs import made_outputs
from tests.support.planned_source import FOLDER, plan, source


class OutputsThatChange(FakeOutputs):
    """Be outputs whose master playlist gets captions from another invocation, before a read of so many."""

    def __init__(self, objects: dict[str, bytes], *, before_read: int) -> None:
        super().__init__()
        self.objects = objects
        self._reads_left = before_read

    def begin(self, key: str, *, length: int) -> Document | None:
        """Return an object's first bytes, of one that may have grown since it was listed."""
        self._count()
        return super().begin(key, length=length)

    def read_range(self, key: str, *, offset: int, length: int) -> bytes:
        """Return bytes of an object that may have grown since it was listed."""
        self._count()
        return super().read_range(key, offset=offset, length=length)

    def _count(self) -> None:
        self._reads_left -= 1
        if self._reads_left == 0:
            self.objects |= _with_captions(self.objects)


MASTER = f"{FOLDER}/hls/master.m3u8"


def _with_captions(objects: dict[str, bytes]) -> dict[str, bytes]:
    """Return what publishing captions changes: a file, its playlist, and a master playlist that names it."""
    subtitles = b'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="c",NAME="English",URI="../captions/en.m3u8"\n'
    head, line, rest = objects[MASTER].partition(b"#EXT-X-STREAM-INF")
    return {
        f"{FOLDER}/captions/en.vtt": b"WEBVTT\n",
        f"{FOLDER}/captions/en.m3u8": b"#EXTM3U\n#EXTINF:60,\nen.vtt\n#EXT-X-ENDLIST\n",
        MASTER: head + subtitles + line + rest,
    }


@pytest.mark.parametrize("before_read", [1, 2, 3, 4])
def test_captions_that_another_invocation_publishes_are_no_fault(before_read: int) -> None:
    """A manifest that grows after it was listed, and names files that were not, is looked at again."""
    of = source(60)
    outputs = OutputsThatChange(made_outputs(plan(of), seconds=60), before_read=before_read)
    verification = verify(folder=FOLDER, planned=plan(of), source=of, groups=(), outputs=outputs)
    assert verification.error is None
    assert outputs.objects[MASTER].count(b"SUBTITLES") == 1


def test_a_manifest_that_is_gone_since_it_was_listed_is_no_verdict() -> None:
    """What can't be read now is tried again later, as when S3 does not answer."""
    of = source(60)
    outputs = FakeOutputs()
    outputs.objects = made_outputs(plan(of), seconds=60)
    listing = outputs.sizes(f"{FOLDER}/")
    del outputs.objects[MASTER]
    outputs.sizes = lambda prefix: listing  # type: ignore[method-assign]
    with pytest.raises(TransientError, match=r"master\.m3u8 is gone"):
        verify(folder=FOLDER, planned=plan(of), source=of, groups=(), outputs=outputs)
