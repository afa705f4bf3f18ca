"""File names in `make demo VIDEO="..."`: spaces, quotes and patterns."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.demo import video_names


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with some videos; the home folder has one, too."""
    for name in ("a.mp4", "b.mov", "my holiday.mp4", "it's.mp4", 'a "b" [1].mp4', "home/c.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("  ", []),
        ("a.mp4", ["a.mp4"]),
        ("a.mp4  b.mov", ["a.mp4", "b.mov"]),
        ("my holiday.mp4", ["my holiday.mp4"]),
        ("a.mp4 my holiday.mp4 b.mov", ["a.mp4", "my holiday.mp4", "b.mov"]),
        ("'my holiday.mp4' b.mov", ["my holiday.mp4", "b.mov"]),
        (r"my\ holiday.mp4 b.mov", ["my holiday.mp4", "b.mov"]),
        ("it's.mp4", ["it's.mp4"]),
        ("it's.mp4 b.mov", ["it's.mp4", "b.mov"]),
        ('a "b" [1].mp4', ['a "b" [1].mp4']),
        ("*.mov [ab].mp4", ["b.mov", "a.mp4"]),
        ("missing.mp4 b.mov", ["missing.mp4", "b.mov"]),
        ("none*.mp4", ["none*.mp4"]),
    ],
)
def test_names_mean_what_a_person_means(text: str, names: list[str]) -> None:
    """Quoted or not, a file that exists is found; one that doesn't keeps its name for the complaint."""
    assert [str(path) for path in video_names.split(text)] == names


def test_a_tilde_is_the_home_folder(tmp_path: Path) -> None:
    """As in a shell."""
    assert video_names.split("~/c.mp4") == [tmp_path / "home/c.mp4"]


def test_hundreds_of_names_are_reported_apart() -> None:
    """A text that is longer than any path is split, not looked up whole: by spaces, quotes or patterns."""
    text = " ".join(["a.mp4", "my holiday.mp4", "b.mov"] * 300)
    assert len(text) > 4096
    assert [str(path) for path in video_names.split(text)] == ["a.mp4", "my holiday.mp4", "b.mov"] * 300
    assert len(video_names.split("missing.mp4 " * 400)) == 400


@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from(" '\"*?[]~/\\\0"), max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_split(text: str) -> None:
    """Whatever is between the quotes of VIDEO="...", the answer is names and never a traceback."""
    names = video_names.split(text)
    assert bool(names) is bool(text.strip())


def test_what_can_be_no_name_is_kept_for_the_complaint() -> None:
    """A word too long for a path, and a tilde before no user's name, are returned as they were given."""
    for word in ("x" * 5000, "~no-such-user/a.mp4"):
        assert [str(path) for path in video_names.split(word)] == [word]
