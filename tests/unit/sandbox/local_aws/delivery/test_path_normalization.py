"""One path at the local edge, whichever way it is written."""

import pytest

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
