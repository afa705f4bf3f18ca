"""The local AWS's state: saved whole while threads change it, and read back as MiniStack does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ministack import app
from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict
from ministack.services import cloudwatch, cloudwatch_logs

from sandbox.local_aws.fixes import state_saving


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Save into a folder of the test's own."""
    monkeypatch.setattr(persistence, "STATE_DIR", str(tmp_path))
    monkeypatch.setattr(persistence, "PERSIST_STATE", True)
    return tmp_path


def scoped(**values: Any) -> AccountRegionScopedDict:
    """Make a store of one account and region."""
    store = AccountRegionScopedDict()
    for name, value in values.items():
        store.set_scoped("000000000000", "us-east-1", name, value)
    return store


def test_what_is_saved_is_read_back() -> None:
    """Scoped stores, bytes and nested values survive, in the form that MiniStack reads."""
    state_saving.save_all({"sqs": lambda: {"queues": scoped(q={"messages": [{"id": "1", "raw": b"\xff"}]})}})
    found = persistence.load_state("sqs")
    assert found is not None
    assert found["queues"].get_scoped("000000000000", "us-east-1", "q") == {
        "messages": [{"id": "1", "raw": b"\xff"}]
    }


def test_a_dictionary_that_grew_meanwhile_is_read_again() -> None:
    """A thread that adds to a store while it is gathered costs a second look, not the service's state."""
    looks: list[int] = []

    class Growing(dict[str, int]):
        def items(self) -> Any:
            return self._growing()

        def _growing(self) -> Iterator[tuple[str, int]]:
            looks.append(1)
            for pair in dict.items(self):
                if len(looks) < 3:
                    self[f"new-{len(looks)}"] = 1
                yield pair

    metrics = Growing(first=1)
    state_saving.save_all({"cloudwatch": lambda: {"metrics": dict(metrics.items())}})
    found = persistence.load_state("cloudwatch")
    assert found == {"metrics": {"first": 1, "new-1": 1, "new-2": 1}}


def test_a_service_that_cannot_be_saved_keeps_its_last_file(state_dir: Path) -> None:
    """The others are saved all the same, and nothing half-written is left."""

    def broken() -> dict[str, Any]:
        return {"it": object()}

    state_saving.save_all({"s3": lambda: {"buckets": 1}})
    state_saving.save_all({"s3": broken, "sns": lambda: {"topics": 2}, "iot": lambda: None})
    assert persistence.load_state("s3") == {"buckets": 1}
    assert persistence.load_state("sns") == {"topics": 2}
    assert sorted(path.name for path in state_dir.iterdir()) == ["s3.json", "sns.json"]
    assert json.loads((state_dir / "sns.json").read_text())["__ministack_format__"] >= 1


def test_points_of_metrics_alone_are_not_saved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are saved with a change of an alarm."""
    alarms, metrics = scoped(), scoped()
    monkeypatch.setattr(cloudwatch, "_alarms", alarms)
    monkeypatch.setattr(cloudwatch, "_metrics", metrics)
    saved: list[str] = []
    monkeypatch.setattr(app, "_build_persistence_save_dict", lambda: {"cloudwatch": dict[str, Any]})
    monkeypatch.setattr(state_saving, "save_all", lambda services: saved.append(" ".join(services)))
    monkeypatch.setattr(state_saving, "_described", {})
    state_saving.save_changes()
    metrics.set_scoped("000000000000", "us-east-1", "m", [{"value": 1}])
    state_saving.save_changes()
    alarms.set_scoped("000000000000", "us-east-1", "a", {"StateValue": "OK"})
    state_saving.save_changes()
    assert saved == ["cloudwatch", "", "cloudwatch"]


def test_lines_of_logs_alone_are_not_saved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are saved with a change of a log group, and everything else each time."""
    group: dict[str, Any] = {"arn": "a", "retentionInDays": 14, "streams": {}}
    groups = scoped(g=group)
    monkeypatch.setattr(cloudwatch_logs, "_log_groups", groups)
    saved: list[str] = []
    states = {"cloudwatch_logs": lambda: {"log_groups": groups}, "sqs": dict[str, Any]}
    monkeypatch.setattr(app, "_build_persistence_save_dict", lambda: states)
    monkeypatch.setattr(state_saving, "save_all", lambda services: saved.append(" ".join(sorted(services))))
    monkeypatch.setattr(state_saving, "_described", {})
    state_saving.save_changes()
    group["streams"] = {"s": {"events": [{"message": "line"}]}}
    state_saving.save_changes()
    group["retentionInDays"] = 30
    state_saving.save_changes()
    groups.set_scoped("000000000000", "us-east-1", "new", {"arn": "b", "streams": {}})
    state_saving.save_changes()
    assert saved == ["cloudwatch_logs sqs", "sqs", "cloudwatch_logs sqs", "cloudwatch_logs sqs"]
