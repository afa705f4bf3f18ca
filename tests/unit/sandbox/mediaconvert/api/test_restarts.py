"""Jobs and events of an endpoint that is started again on its state."""

from pathlib import Path

import pytest

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.resources.store import StateInUse
from tests.support.waiting import wait_for
from tests.unit.sandbox.mediaconvert.api.endpoint import Endpoint


def test_restart_runs_interrupted_jobs_again(tmp_path: Path) -> None:
    """A job that the end of the process interrupted runs again after the start; queue and tags are kept."""
    endpoint = Endpoint(tmp_path)
    endpoint.transcoder.go_on.clear()
    with endpoint.running():
        endpoint.client.create_queue(Name="kept", Tags={"Project": "p"})
        id_ = endpoint.submit(Queue="kept")["Id"]
        wait_for(lambda: endpoint.transcoder.running == 1)
    assert endpoint.transcoder.running == 0
    endpoint.transcoder.go_on.set()
    with endpoint.running():
        job = endpoint.finished(id_)
        assert (job["Status"], job["RetryCount"]) == ("COMPLETE", 1)
        arn = endpoint.client.get_queue(Name="kept")["Queue"]["Arn"]
        assert endpoint.client.list_tags_for_resource(Arn=arn)["ResourceTags"]["Tags"] == {"Project": "p"}
        endpoint.until_idle()
    assert endpoint.statuses(id_).count("COMPLETE") == 1


def test_state_has_one_user(tmp_path: Path) -> None:
    """A second endpoint over the same state is refused, for it would run each job twice."""
    with Endpoint(tmp_path).running(), pytest.raises(StateInUse):
        Endpoint(tmp_path).service(0)


def test_restart_sends_events_that_were_left(tmp_path: Path) -> None:
    """Events that could not be sent before the process ended are sent after its next start."""
    endpoint = Endpoint(tmp_path)
    endpoint.bus.away = True
    with endpoint.running():
        id_ = endpoint.finished(endpoint.submit()["Id"])["Id"]
    endpoint.bus.away = False
    with endpoint.running():
        wait_for(lambda: endpoint.statuses(id_)[-1:] == ["COMPLETE"])


def test_start_clears_what_a_killed_process_left(tmp_path: Path) -> None:
    """Scratch files of a process that had no time to clean up are gone after the next start."""
    left = tmp_path / "scratch" / "jobs" / "1700000000000-abcdef" / "inputs" / "0.mp4"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"media")
    with Endpoint(tmp_path).running():
        assert not left.exists()


def test_failure_on_the_way_out_is_no_failure_of_the_job(tmp_path: Path) -> None:
    """A job whose transcode breaks because the process stops is interrupted, not failed, and runs again."""
    endpoint = Endpoint(tmp_path)
    endpoint.transcoder.go_on.clear()
    endpoint.transcoder.failure_when_cancelled = JobError(1999, "ffmpeg was killed.")
    with endpoint.running():
        id_ = endpoint.submit()["Id"]
        wait_for(lambda: endpoint.transcoder.running == 1)
    endpoint.transcoder.reset()
    with endpoint.running():
        assert endpoint.finished(id_)["Status"] == "COMPLETE"
