"""The settings of a load test: the faults that follow from them, and how long it may last."""

from dataclasses import asdict
from pathlib import Path

from sandbox.chaos.settings import LoadTestSettings, Repair
from sandbox.runtime.fault_injection import parsed
from sandbox.runtime.folder import write_json


def test_the_settings_are_a_valid_file_of_faults(tmp_path: Path) -> None:
    """What the load test asks for is what both servers read."""
    path = tmp_path / "faults.json"
    settings = LoadTestSettings(uploads=1, seed=5)
    write_json(path, asdict(settings.faults("run 1")))
    assert parsed(path.read_text()) == settings.faults("run 1")


def test_a_load_test_may_last_as_long_as_several_rounds_of_repairs() -> None:
    """The deadline follows from what is deployed."""
    slow = Repair(overdue_seconds=300, interval_seconds=60, visibility_seconds=180)
    assert slow.round_seconds == 360
    settings = LoadTestSettings(uploads=700, slowest_per_second=3.5)
    assert slow.deadline_seconds(settings) == 200 + 5 * 360
