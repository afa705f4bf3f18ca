"""The examples of docs/webhooks.md verify what the pipeline signs, and refuse all else."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from media_pipeline.adapters.webhooks.signature import signed_headers
from tests.support.webhook_world import OLDER_SECRET, SECRET

PAGE = Path(__file__).resolve().parents[4] / "docs" / "webhooks.md"
PAYLOAD = '{"type":"asset.completed","timestamp":"2026-01-02T03:04:05.678Z","data":{}}'
Case = tuple[str, dict[str, str], str]
Verify = Callable[[Sequence[Case]], list[int]]


def _example(name: str) -> str:
    (code,) = re.findall(rf"<!-- verify: {name} -->\n```\w+\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(code.strip().splitlines()) <= 12
    return str(code)


def _by_python(cases: Sequence[Case]) -> list[int]:
    names: dict[str, Callable[[str, dict[str, str], bytes], int]] = {}
    exec(_example("python"), names)
    return [names["handle"](secret, headers, body.encode()) for secret, headers, body in cases]


def _by_node(cases: Sequence[Case]) -> list[int]:
    node = shutil.which("node")
    assert node is not None, "Node.js is needed"
    answers = f"{json.dumps(cases)}.map((one) => handle(...one))"
    program = f"{_example('node')}\nconsole.log(JSON.stringify({answers}));"
    run = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True, timeout=60)
    answered: list[int] = json.loads(run.stdout)
    return answered


@pytest.mark.parametrize("verify", [_by_python, _by_node])
def test_an_example_verifies_what_is_signed_and_nothing_else(verify: Verify) -> None:
    """Either secret of a rotation verifies; another body, id, secret or an old timestamp does not."""
    now, name = datetime.now(tz=UTC), "a/1/COMPLETE"
    both = signed_headers([SECRET, OLDER_SECRET], webhook_id=name, at=now, payload=PAYLOAD)
    new = signed_headers([SECRET], webhook_id=name, at=now, payload=PAYLOAD)
    old = signed_headers([SECRET], webhook_id=name, at=now - timedelta(minutes=10), payload=PAYLOAD)
    cases = [
        (SECRET, both, PAYLOAD),
        (OLDER_SECRET, both, PAYLOAD),
        (OLDER_SECRET, new, PAYLOAD),
        (SECRET, both, PAYLOAD.replace("completed", "failed")),
        (SECRET, both | {"webhook-id": "b/1/COMPLETE"}, PAYLOAD),
        (SECRET, old, PAYLOAD),
    ]
    assert verify(cases) == [204, 204, 401, 401, 401, 401]
