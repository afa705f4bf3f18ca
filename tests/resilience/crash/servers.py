"""The sandbox's two servers on ports and in folders of their own: the local AWS, and MediaConvert."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.server_process import LOCAL_AWS, MEDIACONVERT, free_port, started


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Hold where the servers are."""

    aws_url: str
    mediaconvert_url: str


@contextmanager
def running_servers(folder: Path) -> Iterator[Servers]:
    """Run both servers; MediaConvert's jobs end at once, with small files made up."""
    aws_port, mediaconvert_port = free_port(), free_port()
    servers = Servers(
        aws_url=f"http://127.0.0.1:{aws_port}", mediaconvert_url=f"http://127.0.0.1:{mediaconvert_port}"
    )
    faults = folder / "faults.json"
    faults.write_text(json.dumps({"mediaconvert": {"instant": True}}))
    with (
        started(
            LOCAL_AWS, aws_port, ["--mediaconvert-url", servers.mediaconvert_url], state=folder / "aws"
        ) as aws,
        started(
            MEDIACONVERT,
            mediaconvert_port,
            ["--aws-endpoint", servers.aws_url, "--faults", str(faults)],
            state=folder / "mediaconvert",
        ) as mediaconvert,
    ):
        aws.wait()
        mediaconvert.wait()
        yield servers
