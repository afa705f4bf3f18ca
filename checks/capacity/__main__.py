"""`make capacity`: simulate every day, print and keep the results, write the tables of docs/scale.md."""

from __future__ import annotations

import sys
import time

from checks.capacity.pages import PAGE, filled, span, tables
from checks.capacity.quotas import read_quotas
from checks.capacity.results import BUSIEST, Basis, Row, computed
from checks.capacity.scenarios import loads, times_of
from checks.capacity.storm import ALLOWED, read_storm

# What a person wants to see at once; the page has the others too.
_PRINTED = ("bends", "days", "days-asked", "peaks")


def main() -> int:
    """Run everything; return 1 where the model is too far from the load test."""
    basis = Basis.current(read_storm(), read_quotas())
    began = time.process_time()
    print("uploads  arrivals       quotas   p50       p95       p99       deepest   oldest    DLQ      open")
    results = computed(basis, _print_row)
    results.write()
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), basis, results), encoding="utf-8")
    made = tables(basis, results)
    for name in _PRINTED:
        print(f"\n{made[name]}")
    print()
    for uploads in sorted({row.uploads for row in results.rows}):
        first = loads(uploads, BUSIEST, basis.setup, basis.limits, times_of(basis.storm))[0]
        print(
            f"{uploads:,} a day: {first.name} is what bends first, needed at {first.ratio:.0%} in the "
            "busiest hour."
        )
    for each in results.comparison:
        print(
            f"Load test, p{each.percent}: measured {each.measured:.0f} s, simulated {each.simulated:.0f} s "
            f"({each.difference:+.0%}, allowed {ALLOWED:.0%})"
        )
    print(f"Wrote docs/{PAGE.name}; {time.process_time() - began:.0f} s of processor time.")
    return 0 if all(each.is_close for each in results.comparison) else 1


def _print_row(row: Row) -> None:
    times = "".join(f"{span(seconds):<10}" for seconds in (row.p50, row.p95, row.p99))
    print(
        f"{row.uploads:<8} {row.shape:<14} {row.quotas:<8} {times}{row.deepest:<10}"
        f"{span(row.oldest_seconds):<10}{row.dead:<9}{row.open}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
