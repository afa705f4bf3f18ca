"""`caps` shows what may be spent, and raises it for what is left of a day or month."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from media_pipeline.domain.spending.caps import Caps, caps_text, parse_caps
from media_pipeline.domain.spending.reservation import Spent
from tests.unit.tools.ops.conftest import Operated, Run
from tools.ops.arguments import usd, usd_of
from tools.ops.views.cap_tables import CapRow, named

CAPS = caps_text(asset_cents=50, day_cents=1_000, month_cents=0, by_prefix={"in/team ü/": 300}, waits=False)


@pytest.fixture
def capped(operated: Operated) -> Operated:
    """Return a pipeline that is deployed with caps."""
    operated.publish({**operated.resources, "spending_caps": CAPS})
    return operated


def row_of(run: Run, beginning: str) -> list[str]:
    """Return the cells of the row that begins so."""
    assert run.code == 0, run.err
    (line,) = (line for line in run.out.splitlines() if line.startswith(beginning))
    return line.removeprefix(beginning).split()


def today() -> str:
    """Return the day in UTC, as counters name it."""
    return datetime.now(tz=UTC).date().isoformat()


def test_caps_are_shown_with_what_is_left(capped: Operated) -> None:
    """A sum without a cap has none, and one that counted nothing yet has all of its cap left."""
    run = capped.run("caps", "show")
    assert row_of(run, f"{today()} ") == ["$0.0000", "$10.00", "-", "$10.00"]
    month = today()[:7]
    assert row_of(run, f"{month} ") == ["$0.0000", "-", "-", "-"]
    assert row_of(run, f"{month}, uploads below in/team ü/ ") == ["$0.0000", "$3.00", "-", "$3.00"]
    assert "One asset: $0.50; what is dearer fails." in run.out
    assert "nothing is counted" in capped_by_nothing(capped).out


def capped_by_nothing(operated: Operated) -> Run:
    """Show the caps of a release that published none."""
    operated.publish(operated.resources)
    return operated.run("caps", "show")


def test_a_raised_cap_is_shown_and_may_be_corrected(capped: Operated) -> None:
    """Raised twice, the second amount holds; the month's and the uploader's are raised with it."""
    first = capped.run("caps", "raise", "--day", "500", "--yes")
    assert (first.code, "Raised" in first.out) == (0, True), first.err
    more = ("--day", "50", "--month", "800", "--uploader", "in/team ü/=4.50")
    assert capped.run("caps", "raise", *more, "--yes").code == 0
    run = capped.run("caps", "show")
    assert row_of(run, f"{today()} ") == ["$0.0000", "$10.00", "$50.00", "$50.00"]
    assert row_of(run, f"{today()[:7]} ") == ["$0.0000", "-", "$800.00", "-"]
    assert row_of(run, f"{today()[:7]}, uploads below in/team ü/ ")[2:] == ["$4.50", "$4.50"]


def test_a_dry_run_raises_nothing(capped: Operated) -> None:
    """It says what is spent and what may be, and the cap is what it was."""
    run = capped.run("caps", "raise", "--day", "50", "--dry-run")
    assert (run.code, f"{today()}: $0 is spent, $50 may be." in run.out) == (0, True), run.out + run.err
    assert row_of(capped.run("caps", "show"), f"{today()} ")[2] == "-"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Which cap?"),
        (("--day", "10"), "is not above the cap that is set, $10"),
        (("--uploader", "else/=5"), "No cap is set for 'else/'. Prefixes with one: in/team ü/."),
        (("--day", "0"), "is not an amount of dollars"),
    ],
    ids=["none", "not above", "unknown prefix", "nothing"],
)
def test_what_raises_nothing_is_refused(capped: Operated, arguments: tuple[str, ...], said: str) -> None:
    """Nothing is written, and a sentence says what is wrong."""
    run = capped.run("caps", "raise", *arguments, "--yes")
    assert (run.code, said in " ".join(run.err.split())) == (2, True), run.err
    assert row_of(capped.run("caps", "show"), f"{today()} ")[2] == "-"


def test_amounts_are_dollars_and_cents() -> None:
    """An uploader's prefix may hold what separates it from the amount."""
    assert (usd("12.50"), usd_of("a=b/=7")) == (Decimal("12.50"), ("a=b/", Decimal(7)))


def test_the_higher_of_two_caps_holds() -> None:
    """What an operator raised is no cap where none is set, and lowers none that is."""
    raised = Spent(micro_usd=1, raised_micro_usd=20)
    in_force = [CapRow(counter="spending#d", cap_micro_usd=cap, spent=raised) for cap in (10, 30, None)]
    assert [row.in_force_micro_usd for row in in_force] == [20, 30, None]
    caps: Caps = parse_caps(CAPS)
    assert named(caps.day_counter(datetime(2026, 1, 2, tzinfo=UTC)).id) == "2026-01-02"
