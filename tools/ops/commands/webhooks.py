"""Webhooks: who is told of assets, and whether they take it."""

import json
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import timedelta

from rich.table import Table

from media_pipeline.domain.asset import TERMINAL_STATUSES, AssetStatus
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.errors import EndpointForbiddenError, EndpointUnavailableError
from media_pipeline.domain.webhooks.endpoint import Endpoint
from media_pipeline.domain.webhooks.message import payload_of_test, payload_text
from media_pipeline.services.operations.selection import Selection, named
from tools.ops import arguments
from tools.ops.actions.endpoints import announcements
from tools.ops.adapters import Adapters
from tools.ops.commands.dialog import Command, agreed, counted, utc_now
from tools.ops.errors import UsageError
from tools.terminal import Terminal

ENDED = [status for status in AssetStatus if status in TERMINAL_STATUSES]
DEFAULT_KEEP = timedelta(days=1)
_MAX_ANNOUNCED = 10_000

Add = Callable[[str, Command, str], ArgumentParser]


def add_commands(add: Add) -> None:
    """Add the commands of webhooks to a command line; `add` makes a subcommand."""
    new = add("add", add_endpoint, "Add an endpoint, and show the secret that signs for it")
    new.add_argument("url", metavar="URL", help="where webhooks are posted to: https://...")
    new.add_argument("--id", dest="endpoint_id", metavar="ID", help="its name (default: after the host)")
    _add_statuses(new, "of which ends it is told (default: of all)")

    listing = add("list", list_endpoints, "List endpoints")
    listing.add_argument("--json", action="store_true", help="for programs: a JSON list")

    test = add("test", test_endpoint, "Post a signed test from this machine, and show the answer")
    test.add_argument("endpoint_id", metavar="ID")

    rotate = add("rotate", rotate_secret, "Give an endpoint another secret; both sign for a while")
    rotate.add_argument("endpoint_id", metavar="ID")
    rotate.add_argument(
        "--keep",
        type=arguments.duration,
        default=DEFAULT_KEEP,
        metavar="AGE",
        help="so long the former secret signs as well (default: 1d); 0s where it has leaked",
    )
    _add_consent(rotate)

    enable = add("enable", enable_endpoint, "Let webhooks be sent to a disabled endpoint again")
    enable.add_argument("endpoint_id", metavar="ID")

    remove = add(
        "remove", remove_endpoint, "Remove an endpoint with its secrets; what waits for it is dropped"
    )
    remove.add_argument("endpoint_id", metavar="ID")
    _add_consent(remove)

    announce = add("announce", announce_assets, "Tell endpoints of ended assets that they have not taken")
    announce.add_argument("asset_ids", nargs="*", metavar="ASSET_ID", help="these, and no selection")
    _add_statuses(announce, "assets that ended so")
    announce.add_argument(
        "--newer-than", type=arguments.duration, metavar="AGE", help="ended within that time: 30m, 2h, 7d"
    )
    announce.add_argument("--endpoint", dest="endpoint_id", metavar="ID", help="this one alone")
    announce.add_argument("--again", action="store_true", help="also where the record says that it was taken")
    announce.add_argument(
        "--limit", type=arguments.count, default=_MAX_ANNOUNCED, metavar="N", help="at most so many assets"
    )
    _add_consent(announce)


def add_endpoint(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Add an endpoint and show its secret."""
    endpoint, secret = adapters.endpoints.add(
        options.url, endpoint_id=options.endpoint_id, statuses=options.status or ()
    )
    terminal.say(f"Added {endpoint.endpoint_id}: {endpoint.url}, told of {_told_of(endpoint)}.")
    terminal.say(f"Its secret, which is shown this once: {secret}")
    return True


def list_endpoints(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """List endpoints."""
    found = adapters.endpoints.listed.endpoints()
    if options.json:
        terminal.say(json.dumps([_listed(endpoint) for endpoint in found], indent=2))
        return True
    if not found:
        terminal.say("There are no webhook endpoints.")
        return True
    table = Table(box=None, pad_edge=False)
    for name in ("Endpoint", "Told of", "State", "URL"):
        table.add_column(name, overflow="fold")
    for endpoint in found:
        off = f"disabled {endpoint.disabled_at}: {endpoint.disabled_for}"
        state = "enabled" if endpoint.is_enabled else off
        table.add_row(endpoint.endpoint_id, _told_of(endpoint), state, endpoint.url)
    terminal.show(table)
    return True


def test_endpoint(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Post a test from this machine."""
    endpoint = adapters.endpoints.find(options.endpoint_id)
    secrets = adapters.endpoints.secrets(endpoint.endpoint_id)
    now, began = utc_now(), time.monotonic()
    payload = payload_of_test(pipeline=adapters.resources.pipeline_name, at=timestamp(now))
    try:
        answer = adapters.webhook_post.post(
            endpoint.url,
            webhook_id=f"test/{int(now.timestamp() * 1000)}",
            payload=payload_text(payload),
            secrets=secrets,
        )
    except (EndpointForbiddenError, EndpointUnavailableError) as error:
        terminal.print_error(f"Not delivered: {error}")
        return False
    taken = 200 <= answer < 300
    say = terminal.say if taken else terminal.print_error
    verdict = "taken" if taken else "not taken: only an answer of 200 to 299 is"
    say(f"{endpoint.endpoint_id} answered {answer} in {time.monotonic() - began:.1f} s: {verdict}.")
    return taken


def rotate_secret(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Give an endpoint another secret."""
    endpoint = adapters.endpoints.find(options.endpoint_id)
    if not agreed(terminal, options, 1, f"Give {endpoint.endpoint_id} another secret?"):
        return bool(options.dry_run)
    secret = adapters.endpoints.rotate(endpoint.endpoint_id, keep=options.keep)
    until = timestamp(utc_now() + options.keep)
    terminal.say(f"The new secret, which is shown this once: {secret}")
    terminal.say(f"The former one signs as well until {until}: give the receiver the new one before.")
    return True


def enable_endpoint(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Let webhooks be sent to an endpoint again."""
    endpoint = adapters.endpoints.find(options.endpoint_id)
    adapters.endpoints.administration.enable(endpoint.endpoint_id)
    terminal.say(
        f"{endpoint.endpoint_id} is enabled. It was told nothing meanwhile: `webhooks announce --endpoint "
        f"{endpoint.endpoint_id}` tells it now."
    )
    return True


def remove_endpoint(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Remove an endpoint."""
    endpoint = adapters.endpoints.find(options.endpoint_id)
    if not agreed(terminal, options, 1, f"Remove {endpoint.endpoint_id} ({endpoint.url})?"):
        return bool(options.dry_run)
    adapters.endpoints.administration.remove(endpoint.endpoint_id)
    terminal.say(f"Removed {endpoint.endpoint_id}.")
    return True


def announce_assets(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Tell endpoints of ended assets that they have not taken."""
    described = bool(options.status or options.newer_than)
    if bool(options.asset_ids) == described:
        raise UsageError("Which assets? Give either their ids, or --status or --newer-than.")
    unknown: list[str] = []
    if options.asset_ids:
        assets, unknown = named(adapters.table, options.asset_ids)
    else:
        selection = Selection(
            statuses=options.status or ENDED, newer_than=options.newer_than, limit=options.limit
        )
        assets = list(selection.find(adapters.table, now=utc_now()))
    for asset_id in unknown:
        terminal.print_error(f"No asset has the id {asset_id}.")
    one = options.endpoint_id
    told = [adapters.endpoints.find(one)] if one else adapters.endpoints.listed.endpoints()
    pipeline = adapters.resources.pipeline_name
    messages = announcements(assets, told, pipeline=pipeline, again=options.again)
    terminal.say(f"{counted(len(messages), 'webhook')} to send, of {counted(len(assets), 'asset')}.")
    if not agreed(terminal, options, len(messages), "Go on?"):
        return (bool(options.dry_run) or not messages) and not unknown
    adapters.webhook_queue.send_all(messages)
    terminal.say(f"Put {counted(len(messages), 'webhook')} on the queue.")
    return not unknown


def _told_of(endpoint: Endpoint) -> str:
    return ", ".join(status.value for status in endpoint.statuses)


def _listed(endpoint: Endpoint) -> dict[str, object]:
    return {
        "id": endpoint.endpoint_id,
        "url": endpoint.url,
        "statuses": [status.value for status in endpoint.statuses],
        "created_at": endpoint.created_at,
        "disabled_at": endpoint.disabled_at,
        "disabled_for": endpoint.disabled_for or None,
    }


def _add_statuses(command: ArgumentParser, help_: str) -> None:
    command.add_argument(
        "--status",
        action="extend",
        nargs="+",
        choices=ENDED,
        type=lambda text: AssetStatus(text.upper()),
        metavar="STATUS",
        help=f"{help_}, out of {', '.join(ENDED)}",
    )


def _add_consent(command: ArgumentParser) -> None:
    command.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    command.add_argument("--yes", action="store_true", help="don't ask")
