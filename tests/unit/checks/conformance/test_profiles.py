"""What the sandbox makes with the shipped presets is valid: each profile, one and two languages."""

from pathlib import Path

import pytest

from checks.conformance.dash import dash_errors
from checks.conformance.hls import hls_errors
from checks.playback.presentations import Presentation, make_presentations

CHECKERS = {".m3u8": hls_errors, ".mpd": dash_errors}


@pytest.fixture(scope="module")
def presentations(tmp_path_factory: pytest.TempPathFactory) -> list[Presentation]:
    """Return all presentations that are played in a browser."""
    return make_presentations(tmp_path_factory.mktemp("presentations"))


def test_each_profile_makes_valid_streams(presentations: list[Presentation]) -> None:
    """Every manifest is valid by RFC 8216 or ISO/IEC 23009-1, with a short last segment as well."""
    manifests = [one.path for one in presentations if one.path.suffix in CHECKERS]
    assert len(manifests) == 9
    errors: dict[Path, list[str]] = {path: CHECKERS[path.suffix](path) for path in manifests}
    assert errors == {path: [] for path in manifests}
