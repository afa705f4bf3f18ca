"""The command line: what it takes, and how a run ends."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

from botocore.exceptions import BotoCoreError

from media_pipeline.domain.asset import (
    OPEN_STATUSES,
    TERMINAL_STATUSES,
    AssetStatus,
    may_follow,
)
from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.domain.monitoring.dead_letters import QUEUES
from media_pipeline.services.operations.redrive import UnreadablePolicy
from tools.ops import arguments
from tools.ops.adapters import Adapters
from tools.ops.commands import assets, caps, cost, messages, presets, reindexing, removal, webhooks
from tools.ops.commands.dialog import Command
from tools.ops.errors import UsageError, is_operators, sentence
from tools.terminal import Terminal

PIPELINE_VARIABLE = "MEDIA_PIPELINE"
DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
# So many at a time are held in memory; the rest is for another run.
MAX_AT_ONCE = 10_000
# These are held a page at a time.
MAX_REINDEXED = 1_000_000
CANCELABLE = [status for status in OPEN_STATUSES if may_follow(status, AssetStatus.CANCELED)]
_EPILOG = (
    "AWS is reached as the AWS SDKs are configured: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL. Exit codes: "
    "0 done, or nothing to do; 1 some of it failed or was declined, and the same command may be run again; "
    "2 an argument, a setting or a permission is wrong; 130 interrupted."
)


def main(argv: Sequence[str], *, default_pipeline: str | None) -> int:
    """Run one command and return its exit code, as `--help` tells them."""
    options = parser().parse_args(argv)
    terminal = Terminal()
    try:
        if getattr(options, "folder", None) is not None:
            return DONE if presets.preset_files(terminal, options.folder) else FAILED
        pipeline = options.pipeline or default_pipeline
        if not pipeline:
            raise UsageError(
                f"Which pipeline? Name it with --pipeline NAME or in the variable {PIPELINE_VARIABLE}: "
                "media-pipeline-dev, for instance."
            )
        _require_terminal(options, terminal)
        run: Command = options.run
        return DONE if run(Adapters(pipeline), terminal, options) else FAILED
    except UsageError as error:
        terminal.print_error(str(error))
        return WRONG
    except (MediaPipelineError, BotoCoreError) as error:
        terminal.print_error(sentence(error))
        return WRONG if is_operators(error) else FAILED
    except KeyboardInterrupt:
        terminal.print_error("Interrupted. What was done is done; the same command goes on with the rest.")
        return INTERRUPTED


def _require_terminal(options: argparse.Namespace, terminal: Terminal) -> None:
    changes = "yes" in options
    if changes and not (options.yes or options.dry_run or terminal.can_ask):
        raise UsageError(
            "There is no terminal to ask on: nothing was changed. Look first with --dry-run, then add --yes."
        )


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    root = argparse.ArgumentParser(
        prog="python -m tools.ops", description="Operate a deployed media pipeline.", epilog=_EPILOG
    )
    root.add_argument("--pipeline", metavar="NAME", help=f"which one; else {PIPELINE_VARIABLE} says")
    subcommands = root.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Command, help_: str, to: Any = subcommands) -> argparse.ArgumentParser:
        command = to.add_parser(name, help=help_, description=help_, epilog=_EPILOG)
        # Before or after the command's name; the latter must not undo the former.
        command.add_argument("--pipeline", metavar="NAME", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        command.set_defaults(run=run)
        return cast(argparse.ArgumentParser, command)

    listing = add("list", assets.list_assets, "List assets, those that changed last first")
    _add_selection(listing, list(AssetStatus), limit=50)
    _add_json(listing)

    show = add("show", assets.show, "Show all that is known of an asset")
    show.add_argument("reference", metavar="ASSET", help="an asset's id, or a key or s3:// URI of an upload")
    _add_json(show)

    terminal = [status for status in AssetStatus if status in TERMINAL_STATUSES]
    replay = add("replay", assets.replay, "Begin another attempt of assets that have ended")
    _add_assets(replay, terminal)
    replay.add_argument("--force", action="store_true", help="also those that a replay can't help")

    cancel = add("cancel", assets.cancel, "Cancel assets that are under way, with their jobs")
    _add_assets(cancel, CANCELABLE)

    spent = add("cost", cost.cost, "Tell what encoding cost, by profile, and forecast the month")
    spent.add_argument(
        "--days",
        type=arguments.count,
        default=30,
        metavar="N",
        help="look back so many days (default: 30)",
    )
    spent.add_argument(
        "--services",
        action="store_true",
        help="show what 1,000 assets cost, by service: encoding and all else",
    )
    spent.add_argument(
        "--csv", action="store_true", help="for programs: each day's sums by profile, or the services' rows"
    )

    about_caps = "What may be spent on encoding, and raising it"
    of_caps = subcommands.add_parser("caps", help=about_caps, description=about_caps)
    caps.add_commands(partial(add, to=of_caps.add_subparsers(required=True, metavar="COMMAND")))

    checking = add(
        "presets", presets.presets, "Check the encoding presets and profiles; 1 if any has an error"
    )
    checking.add_argument(
        "--file",
        dest="folder",
        type=Path,
        metavar="FOLDER",
        help="check those in a folder instead, before they are deployed; needs neither AWS nor a pipeline",
    )

    remove = add("remove", removal.remove, "Take assets down for good; without --yes, show what would go")
    remove.add_argument(
        "references", nargs="+", metavar="ASSET", help="ids of assets, or keys or s3:// URIs of uploads"
    )
    remove.add_argument("--source", action="store_true", help="also every version of their uploads")
    # It is never asked for: what is gone can't be brought back, so there is time for a second command.
    remove.add_argument("--yes", dest="confirmed", action="store_true", help="remove what was shown")
    remove.add_argument("--dry-run", dest="confirmed", action="store_false", help="the default: only show")

    redrive = add("redrive", messages.redrive, "Show a dead-letter queue's messages, and move them back")
    redrive.add_argument("queue", choices=list(QUEUES), help="whose dead letters")
    redrive.add_argument(
        "--foreign",
        dest="unreadable",
        type=UnreadablePolicy,
        choices=list(UnreadablePolicy),
        default=UnreadablePolicy.KEEP,
        help="what becomes of messages that no function can read (default: keep)",
    )
    _add_rate(redrive, "messages")
    _add_limit(redrive, "messages", MAX_AT_ONCE)
    _add_consent(redrive)

    backfill = add("backfill", messages.backfill, "Process uploads that have no asset")
    backfill.add_argument("--prefix", default="", help="only keys that begin so")
    backfill.add_argument("--since", type=arguments.date, metavar="DATE", help="uploaded then or later (UTC)")
    backfill.add_argument("--until", type=arguments.date, metavar="DATE", help="uploaded before (UTC)")
    _add_rate(backfill, "uploads")
    _add_limit(backfill, "uploads", MAX_AT_ONCE)
    _add_consent(backfill)

    reindex = add(
        "reindex", reindexing.reindex, "Put into the indexes what an earlier release wrote into the table"
    )
    _add_rate(reindex, "records", default=100)
    _add_limit(reindex, "records", MAX_REINDEXED)
    _add_consent(reindex)

    about = "Endpoints that are told of assets by webhooks"
    of_webhooks = subcommands.add_parser("webhooks", help=about, description=about)
    webhook_commands = of_webhooks.add_subparsers(required=True, metavar="COMMAND")
    webhooks.add_commands(partial(add, to=webhook_commands))
    return root


def _add_assets(command: argparse.ArgumentParser, statuses: Sequence[AssetStatus]) -> None:
    command.add_argument("asset_ids", nargs="*", metavar="ASSET_ID", help="these, and no selection")
    _add_selection(command, statuses, limit=MAX_AT_ONCE)
    _add_consent(command)


def _add_selection(command: argparse.ArgumentParser, statuses: Sequence[AssetStatus], *, limit: int) -> None:
    command.add_argument(
        "--status",
        action="extend",
        nargs="+",
        choices=list(statuses),
        type=_status,
        metavar="STATUS",
        help=f"assets of these statuses, out of {', '.join(statuses)}",
    )
    command.add_argument("--code", help="only those with this error code")
    command.add_argument(
        "--older-than", type=arguments.duration, metavar="AGE", help="unchanged for so long: 30m, 2h, 7d"
    )
    command.add_argument(
        "--newer-than", type=arguments.duration, metavar="AGE", help="changed within that time"
    )
    _add_limit(command, "assets", limit)


def _status(text: str) -> AssetStatus:
    return AssetStatus(text.upper())


def _add_limit(command: argparse.ArgumentParser, what: str, default: int) -> None:
    command.add_argument(
        "--limit",
        type=arguments.count,
        default=default,
        metavar="N",
        help=f"at most so many {what} (default: {default:,})",
    )


def _add_rate(command: argparse.ArgumentParser, what: str, *, default: float = 10) -> None:
    command.add_argument(
        "--rate",
        type=arguments.rate,
        default=float(default),
        metavar="N",
        help=f"at most so many {what} per second (default: {default:g})",
    )


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs: a JSON list of records")


def _add_consent(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    command.add_argument("--yes", action="store_true", help="don't ask")
