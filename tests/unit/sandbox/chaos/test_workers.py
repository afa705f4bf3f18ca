"""The killer of functions: whom it kills, and how often."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import psutil
import pytest

from sandbox.chaos.workers import Worker, WorkerKiller, function_of, workers_of
from tests.support.waiting import wait_for


@pytest.fixture
def local_aws(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a program that has started two functions' processes and one of another kind."""
    script = tmp_path / "ministack-lambda-media-pipeline-ingest-sandbox-abc_1234" / "_worker.py"
    other = tmp_path / "other.py"
    script.parent.mkdir()
    for path in (script, other):
        path.write_text("import time; time.sleep(60)")
    # The paths come by another way than its command line, which a child has for its first moment.
    code = (
        "import os, subprocess, sys, time\n"
        "for path in os.environ['STARTS'].split(':'):\n"
        "    subprocess.Popen([sys.executable, path])\n"
        "print('started', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "STARTS": f"{script}:{script}:{other}"},
    )
    assert process.stdout is not None
    process.stdout.readline()
    wait_for(lambda: len(workers_of(process.pid)) == 2)
    yield process
    os.killpg(process.pid, 9)
    process.wait()
    process.stdout.close()


def test_only_functions_of_this_local_aws_are_killed(local_aws: subprocess.Popen[str]) -> None:
    """Its other children live, it lives itself, and so do the functions of another one."""
    children = psutil.Process(local_aws.pid).children()
    others = [child for child in children if function_of(child.cmdline()) is None]
    killer = WorkerKiller(lambda: local_aws.pid, (0.1, 0.2), seed=1)
    elsewhere = WorkerKiller(lambda: os.getppid(), (0.1, 0.2), seed=1)
    assert elsewhere.kill_one() is None
    assert killer.kill_one() == "media-pipeline-ingest-sandbox"
    assert killer.kill_one() == "media-pipeline-ingest-sandbox"
    assert killer.kill_one() is None
    assert killer.killed == {"media-pipeline-ingest-sandbox": 2}
    assert [child.is_running() for child in others] == [True]
    assert local_aws.poll() is None


def test_few_processes_are_killed_more_rarely(local_aws: subprocess.Popen[str]) -> None:
    """Two of the usual four processes are killed half as often; without any, none is."""
    killer = WorkerKiller(lambda: local_aws.pid, (0.1, 0.2), seed=1)
    assert 0.4 < sum(killer.strikes() for _ in range(200)) / 200 < 0.6
    assert not WorkerKiller(lambda: None, (0.1, 0.2), seed=1).strikes()


def test_without_a_local_aws_nothing_is_killed() -> None:
    """While it restarts there is no process id, and one that is gone has no children."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert WorkerKiller(lambda: None, (0.1, 0.2), seed=1).kill_one() is None
    assert WorkerKiller(lambda: gone.pid, (0.1, 0.2), seed=1).kill_one() is None


def test_each_function_is_killed_as_often_as_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that has a single process among many of another function."""

    class Process:
        pid = 0

        def kill(self) -> None:
            """Do nothing: another one takes its place."""

    busy = [Worker("busy", cast(psutil.Process, Process())) for _ in range(9)]
    killer = WorkerKiller(lambda: 1, (0.1, 0.2), seed=1)
    found = [*busy, Worker("seldom", cast(psutil.Process, Process()))]
    monkeypatch.setattr(killer, "_workers", lambda: found)
    for _ in range(8):
        killer.kill_one()
    assert killer.killed == {"busy": 4, "seldom": 4}


def test_a_killer_kills_until_it_is_stopped(local_aws: subprocess.Popen[str]) -> None:
    """On a thread of its own, at random times."""
    killer = WorkerKiller(lambda: local_aws.pid, (0.01, 0.02), seed=1)
    killer.start()
    wait_for(lambda: sum(killer.killed.values()) == 2)
    killer.stop()
    assert not killer._thread.is_alive()


@pytest.mark.parametrize(
    ("command", "function"),
    [
        (["python", "/tmp/ministack-lambda-a-b-abcd_123/_worker.py"], "a-b"),
        (["python", "-m", "sandbox.local_aws.server"], None),
        (["vi", "/tmp/ministack-lambda-a-b-abcd_123/code/handler.py"], None),
        ([], None),
    ],
)
def test_a_function_is_known_by_its_command_line(command: list[str], function: str | None) -> None:
    """Anything else is none."""
    assert function_of(command) == function
