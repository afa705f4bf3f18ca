"""`caps`: what may be spent on encoding, what of it is spent, and raising it without a deployment."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal

from media_pipeline.domain.spending.caps import Caps
from media_pipeline.domain.spending.reservation import Counter, dollars
from tools.ops import arguments
from tools.ops.adapters import Adapters
from tools.ops.commands.dialog import Command, agreed, utc_now
from tools.ops.errors import UsageError
from tools.ops.views.cap_tables import CapRow, caps_view, named
from tools.terminal import Terminal

Add = Callable[[str, Command, str], ArgumentParser]
_MICRO = 1_000_000


def add_commands(add: Add) -> None:
    """Add the commands of caps to a command line; `add` makes a subcommand."""
    add("show", show, "Show what is spent of what may be spent, today and this month")
    raising = add(
        "raise", raise_caps, "Let more be spent today or this month; afterwards the settings hold again"
    )
    raising.add_argument("--day", type=arguments.usd, metavar="USD", help="today's jobs may cost so much")
    raising.add_argument("--month", type=arguments.usd, metavar="USD", help="this month's may")
    raising.add_argument(
        "--uploader",
        type=arguments.usd_of,
        action="append",
        default=[],
        metavar="PREFIX=USD",
        help="this month's of the uploads below a prefix that has a cap may; may be repeated",
    )
    raising.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    raising.add_argument("--yes", action="store_true", help="don't ask")


def show(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Show each counter with its cap."""
    now, caps = utc_now(), adapters.resources.caps
    uploaders = (caps.uploader_counter(prefix, now) for prefix in caps.by_prefix)
    rows = [
        _row(adapters, counter) for counter in (caps.day_counter(now), caps.month_counter(now), *uploaders)
    ]
    terminal.show(caps_view(rows, asset_micro_usd=caps.asset, waits=caps.waits))
    return True


def raise_caps(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Raise caps for what is left of their day or month.

    Raises UsageError where nothing is to be raised, or where it would not be raised by that.
    """
    raised = list(_raised(adapters.resources.caps, options, utc_now()))
    if not raised:
        raise UsageError("Which cap? Name it with --day, --month or --uploader.")
    for counter, micro in raised:
        if counter.cap_micro_usd is not None and micro <= counter.cap_micro_usd:
            raise UsageError(
                f"{dollars(micro)} is not above the cap that is set, {dollars(counter.cap_micro_usd)}, on "
                f"{named(counter.id)}. To lower it, change the setting and deploy."
            )
    for counter, micro in raised:
        spent = _row(adapters, counter).spent.micro_usd
        terminal.say(f"{named(counter.id)}: {dollars(spent)} is spent, {dollars(micro)} may be.")
    if not agreed(terminal, options, len(raised), "Raise it?"):
        return options.dry_run is True
    for counter, micro in raised:
        adapters.counters.raise_cap(counter, micro_usd=micro)
    terminal.say("Raised. What waits goes on within 15 minutes.")
    return True


def _raised(caps: Caps, options: Namespace, now: datetime) -> Iterator[tuple[Counter, int]]:
    if options.day is not None:
        yield caps.day_counter(now), _micro(options.day)
    if options.month is not None:
        yield caps.month_counter(now), _micro(options.month)
    for prefix, usd in options.uploader:
        if prefix not in caps.by_prefix:
            known = ", ".join(sorted(caps.by_prefix)) or "none"
            raise UsageError(f"No cap is set for {prefix!r}. Prefixes with one: {known}.")
        yield caps.uploader_counter(prefix, now), _micro(usd)


def _row(adapters: Adapters, counter: Counter) -> CapRow:
    return CapRow(
        counter=counter.id, cap_micro_usd=counter.cap_micro_usd, spent=adapters.counters.read(counter)
    )


def _micro(usd: Decimal) -> int:
    return int(usd * _MICRO)
