"""The table of error codes, from the catalogue of failures."""

from checks.docs.regions import table
from media_pipeline.domain.failures import CATALOGUE
from media_pipeline.domain.failures.failure import Failure

_ORDER = ("source", "settings", "permission", "service")


def failures_table() -> str:
    """Return the table; codes with the same meaning share a row."""
    rows: dict[tuple[str, str], list[Failure]] = {}
    for known in sorted(
        CATALOGUE.values(), key=lambda known: (_ORDER.index(known.category), -known.quarantines)
    ):
        rows.setdefault((known.category, known.sentence), []).append(known)
    return table(
        "code | category | message | replay | file",
        (_row(", ".join(f"`{same.code}`" for same in alike), alike[0]) for alike in rows.values()),
    )


def _row(codes: str, known: Failure) -> tuple[str, ...]:
    return (
        codes,
        known.category,
        known.general_sentence.removesuffix(" (…)"),
        "may help" if known.replay_helps else "can't help",
        "quarantined" if known.quarantines else "kept",
    )
