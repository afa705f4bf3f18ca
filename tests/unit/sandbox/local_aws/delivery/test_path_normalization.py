"""One path at the local edge, whichever way it is written."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.local_aws.fixes.delivery.path_normalization import normalized


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("/", "/"),
        ("/a/./b", "/a/b"),
        ("/a/../b", "/b"),
        ("/../../a", "/a"),
        ("/a//b", "/a/b"),
        ("/%7Ea/%2e%2E/b%2fc", "/b%2Fc"),
        ("/a/..", "/"),
        ("/a/b/.", "/a/b/"),
    ],
)
def test_paths_have_one_normal_form(raw: str, normal: str) -> None:
    """Dot segments go, doubled slashes too, and unreserved characters are written plainly."""
    assert normalized(raw) == normal


_EDGE = Path(__file__).resolve().parents[5] / "stacks" / "delivery"
_ASSET = "0123456789abcdef" * 2
_PIECES = st.sampled_from(
    ["/", ".", "..", "//", "%2e", "%2F", "%41", "\\", "a", "B-1_2", ".m3u8", "public", _ASSET, "1"]
)


def _admits(function: str, path: str) -> bool:
    """Return whether a function at the edge lets a path through, by the two patterns that it has."""
    wanted, unwanted = re.findall(r"/(\^?\\/.+)/\.(?:exec|test)\(", (_EDGE / function).read_text())
    found = re.search(wanted.replace("$", "\\Z"), path)
    return bool(found and not re.search(unwanted.replace("$", "\\Z"), found[1]))


@given(pieces=st.lists(_PIECES, max_size=8))
def test_the_functions_at_the_edge_let_normal_forms_through_alone(pieces: list[str]) -> None:
    """Whichever form of a path a signature is about, it is the same for each path that is served."""
    ends = "".join(pieces)
    for function, folder, other in (
        ("media_request.js", "/media", "/media/public"),
        ("public_media_request.js", "/media/public", "/media"),
    ):
        path = f"{folder}/{_ASSET}/1/{ends}"
        if _admits(function, path):
            assert normalized(path) == path
        assert not _admits(function, f"{other}/{_ASSET}/1/{ends}")
        assert _admits(function, f"{folder}/{_ASSET}/1/cmaf/index.m3u8")
