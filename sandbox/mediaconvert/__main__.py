"""Start the endpoint: ``python -m sandbox.mediaconvert --state-dir DIR --aws-endpoint URL``."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from functools import partial
from pathlib import Path

from sandbox.mediaconvert.api.authorization import LocalIam, no_authorization
from sandbox.mediaconvert.execution.aws_clients import LocalAws
from sandbox.mediaconvert.execution.runner import Media
from sandbox.mediaconvert.faults.server import faulty_service
from sandbox.mediaconvert.model import Account
from sandbox.mediaconvert.planning.input_check import accept_any, check_documented
from sandbox.mediaconvert.probing.source import inspect_source
from sandbox.mediaconvert.resources.store import StateInUse
from sandbox.mediaconvert.server import MediaConvert, ServiceSettings
from sandbox.mediaconvert.transcode import transcode
from sandbox.runtime.fault_injection import Faults, InvalidFaults


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.mediaconvert", description=__doc__)
    parser.add_argument("--port", type=int, default=4567)
    parser.add_argument(
        "--aws-endpoint", required=True, help="URL of the local AWS, which has S3, STS and EventBridge"
    )
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--concurrent-jobs", type=int, default=2)
    parser.add_argument("--faults", type=Path, help="JSON: what to do wrong, read again when it changes")
    parser.add_argument(
        "--enforce-iam", action="store_true", help="refuse what the policies in the local AWS don't allow"
    )
    parser.add_argument(
        "--undocumented-inputs",
        action="store_true",
        help="transcode what ffmpeg reads, also where MediaConvert's guide doesn't list its codec there",
    )
    parser.add_argument("--account-id", default="000000000000")
    parser.add_argument("--region", default="us-east-1")
    arguments = parser.parse_args()
    if arguments.concurrent_jobs < 1:
        parser.error("--concurrent-jobs must be at least 1")
    return arguments


async def _serve(service: MediaConvert) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await service.serve(stop)


def main() -> int:
    """Serve until SIGTERM or SIGINT; return 2 where port or state is another's, or the faults are wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    arguments = _arguments()
    account = Account(arguments.account_id, arguments.region)
    settings = ServiceSettings(
        port=arguments.port,
        state_dir=arguments.state_dir.resolve(),
        account=account,
        concurrent_jobs=arguments.concurrent_jobs,
        # A job that runs alone may use the whole machine; jobs side by side share it.
        threads_per_job=os.cpu_count() or 1,
        authorize=(
            LocalIam(arguments.aws_endpoint, account, os.environ.get("AWS_CA_BUNDLE"))
            if arguments.enforce_iam
            else no_authorization
        ),
    )
    aws = LocalAws(arguments.aws_endpoint, account)
    check = accept_any if arguments.undocumented_inputs else check_documented
    media = Media(
        transcode=partial(transcode, check=check), inspect=inspect_source, assume_role=aws.assume_role
    )
    try:
        faults = Faults(arguments.faults, "mediaconvert", settings.state_dir / "injected.json")
        asyncio.run(_serve(faulty_service(settings, media, aws.put_events, faults, check)))
    except InvalidFaults as error:
        print(f"The MediaConvert endpoint can't start: {error}", file=sys.stderr)
        return 2
    except (StateInUse, OSError) as error:
        print(f"The MediaConvert endpoint can't start on port {settings.port}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
