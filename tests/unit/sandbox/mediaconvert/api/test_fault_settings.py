"""The file of faults: what it may say, when it is read, and what is decided from it."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from sandbox.runtime.fault_injection import (
    Faults,
    FaultSettings,
    InvalidFaults,
    MediaConvertFaults,
    parsed,
)


def written(folder: Path, **members: Any) -> Path:
    """Write a file of faults and give its path."""
    path = folder / "faults.json"
    path.write_text(json.dumps(members))
    return path


def decisions(path: Path, kind: str, number: int) -> list[bool]:
    """Take so many decisions of a kind, as a process that has just started does."""
    faults = Faults(path, "mediaconvert")
    return [faults.strikes(kind) for _ in range(number)]


def test_no_file_means_no_faults(tmp_path: Path) -> None:
    """Without a path, or a file at it, nothing ever goes wrong."""
    for path in (None, tmp_path / "absent.json"):
        faults = Faults(path, "mediaconvert")
        assert faults.settings == FaultSettings()
        assert not any(faults.strikes("throttle") for _ in range(100))
        assert faults.delivery_delays() == (0.0,)
        assert faults.counts() == {}


def test_a_file_says_what_it_names_and_leaves_the_rest() -> None:
    """Members are optional, and whole numbers do for shares and seconds."""
    settings = parsed('{"seed": 7, "run": "a", "mediaconvert": {"instant": true, "throttle": 1}}')
    assert (settings.seed, settings.run) == (7, "a")
    assert settings.mediaconvert == MediaConvertFaults(instant=True, throttle=1)
    assert parsed("{}") == FaultSettings()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"mediaconvert": {"throttle": 1.5}}', "mediaconvert.throttle is 1.5, allowed: a share from 0 to 1"),
        ('{"uploads": {"drop_events": -0.1}}', "uploads.drop_events is -0.1, allowed: a share from 0 to 1"),
        ('{"mediaconvert": {"throttle": true}}', "mediaconvert.throttle is true, allowed: a share"),
        ('{"mediaconvert": {"throttle": NaN}}', "mediaconvert.throttle is NaN, allowed: a share"),
        ('{"mediaconvert": {"slow_seconds": -1}}', "mediaconvert.slow_seconds is -1, allowed: 0 to 86400"),
        ('{"mediaconvert": {"instant": 1}}', "mediaconvert.instant is 1, allowed: true or false"),
        ('{"mediaconvert": {"thortle": 0}}', "mediaconvert.thortle is not a field, allowed: instant, thro"),
        ('{"mediaconvert": []}', "mediaconvert is [], allowed: an object"),
        ('{"seed": 1.5}', "seed is 1.5, allowed: a whole number"),
        ("[]", "the file is [], allowed: an object"),
        ("{", "it is not JSON"),
    ],
)
def test_what_is_not_allowed_is_named(text: str, sentence: str) -> None:
    """A wrong value is refused with its field, the value and what is allowed."""
    with pytest.raises(InvalidFaults) as refused:
        parsed(text)
    assert sentence in str(refused.value)


def test_every_wrong_value_is_reported_at_once() -> None:
    """A file with several faults is fixed once, not fault by fault."""
    with pytest.raises(InvalidFaults) as refused:
        parsed('{"seed": "x", "uploads": {"speed": 1}, "mediaconvert": {"throttle": 2, "drop_events": 3}}')
    for field in ("seed", "uploads.speed", "mediaconvert.throttle", "mediaconvert.drop_events"):
        assert field in str(refused.value)


def test_equal_seeds_decide_alike(tmp_path: Path) -> None:
    """The decisions of a kind depend on the seed and their number alone."""
    one = written(tmp_path, seed=1, mediaconvert={"throttle": 0.3, "server_error": 0.3})
    first = decisions(one, "throttle", 200)
    assert decisions(one, "throttle", 200) == first
    assert decisions(one, "server_error", 200) != first
    other = written(tmp_path, seed=2, mediaconvert={"throttle": 0.3})
    assert decisions(other, "throttle", 200) != first


def test_decisions_of_other_kinds_change_nothing(tmp_path: Path) -> None:
    """However decisions of other kinds fall between them, those of one kind stay the same."""
    path = written(tmp_path, mediaconvert={"throttle": 0.3, "drop_events": 0.5})
    alone, mixed = decisions(path, "throttle", 100), []
    faults = Faults(path, "mediaconvert")
    for _ in range(100):
        faults.strikes("drop_events")
        mixed.append(faults.strikes("throttle"))
        faults.strikes("drop_events")
    assert mixed == alone


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.5, 1.0])
def test_rates_are_near_their_setting(tmp_path: Path, rate: float) -> None:
    """Over 10,000 decisions a fault strikes as often as its share says, within three standard deviations."""
    path = written(tmp_path, seed=3, mediaconvert={"throttle": rate})
    faults = Faults(path, "mediaconvert")
    struck = sum(faults.strikes("throttle") for _ in range(10_000))
    assert abs(struck - 10_000 * rate) <= 3 * (10_000 * rate * (1 - rate)) ** 0.5
    assert faults.counts() == {"throttle": struck}


def test_deliveries_are_dropped_doubled_and_delayed_by_their_rates(tmp_path: Path) -> None:
    """Each event is delivered never, once or twice, and each delivery comes at once or late."""
    rates = {"drop_events": 0.05, "duplicate_events": 0.1, "delay_events": 0.2, "delay_seconds": 3}
    faults = Faults(written(tmp_path, uploads=rates), "uploads")
    deliveries = [faults.delivery_delays() for _ in range(10_000)]
    assert 435 <= deliveries.count(()) <= 565
    assert 860 <= sum(len(delays) == 2 for delays in deliveries) <= 1040
    late = [delay for delays in deliveries for delay in delays if delay]
    assert 1960 <= len(late) <= 2220
    assert set(late) == {3}
    assert faults.counts()["delay_events"] == len(late)


def test_the_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """Faults begin, change and end with the file, without a restart."""
    path = tmp_path / "faults.json"
    faults = Faults(path, "mediaconvert")
    assert not faults.strikes("throttle")
    written(tmp_path, mediaconvert={"throttle": 1})
    assert faults.strikes("throttle")
    written(tmp_path, mediaconvert={"throttle": 0})
    assert not faults.strikes("throttle")
    path.unlink()
    assert faults.settings == FaultSettings()


def test_a_file_that_becomes_wrong_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The last good settings stay, and the log says once what is wrong, until the file is fixed."""
    faults = Faults(written(tmp_path, mediaconvert={"throttle": 1}), "mediaconvert")
    path = written(tmp_path, mediaconvert={"throttle": 7})
    with caplog.at_level(logging.ERROR):
        assert all(faults.strikes("throttle") for _ in range(5))
    [record] = caplog.records
    assert f"{path} is not valid: mediaconvert.throttle is 7" in record.getMessage()
    written(tmp_path, mediaconvert={})
    assert not faults.strikes("throttle")


def test_decisions_and_counts_outlive_the_process(tmp_path: Path) -> None:
    """A server that starts again goes on behind its last fault, and has its counts still."""
    path, state = written(tmp_path, mediaconvert={"throttle": 0.5}), tmp_path / "state.json"
    whole = decisions(path, "throttle", 40)
    end = max(number for number, struck in enumerate(whole[:20]) if struck) + 1
    before = Faults(path, "mediaconvert", state)
    taken = [before.strikes("throttle") for _ in range(end)]
    after = Faults(path, "mediaconvert", state)
    assert after.counts() == before.counts()
    assert taken + [after.strikes("throttle") for _ in range(40 - end)] == whole


@pytest.mark.parametrize("change", [{"seed": 2}, {"run": "second"}])
def test_another_run_begins_anew(tmp_path: Path, change: dict[str, Any]) -> None:
    """With another seed or another name of the run, decisions and counts start from nothing."""
    faults = Faults(written(tmp_path, mediaconvert={"throttle": 1}), "mediaconvert", tmp_path / "state.json")
    assert faults.strikes("throttle")
    written(tmp_path, **change, mediaconvert={"throttle": 1})
    assert faults.counts() == {}
    assert faults.strikes("throttle")
    assert faults.counts() == {"throttle": 1}
