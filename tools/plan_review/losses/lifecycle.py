"""What S3's lifecycle rules delete, and whether other rules would delete more of it, or sooner.

Source: Amazon S3 user guide, "Lifecycle configuration elements": of what a rule's filter matches,
`Expiration` deletes current objects and `NoncurrentVersionExpiration` old versions; of several rules the
shortest wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.plan_review.attributes import printable
from tools.plan_review.plans import mapping, sequence
from tools.plan_review.sensitive import holds_sealed

# Of these, objects have to be restored before anything reads them.
# Source: S3 user guide, "Understanding and managing Amazon S3 storage classes".
COLD_CLASSES = frozenset({"GLACIER", "DEEP_ARCHIVE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filter:
    """Which objects a rule is for."""

    prefix: str = ""
    tags: frozenset[tuple[str, str]] = frozenset()
    larger_than: float = -1
    smaller_than: float = float("inf")

    def covers(self, other: _Filter) -> bool:
        """Return whether it matches every object that another one does."""
        return (
            other.prefix.startswith(self.prefix)
            and self.tags <= other.tags
            and self.larger_than <= other.larger_than
            and self.smaller_than >= other.smaller_than
        )

    @property
    def words(self) -> str:
        """Return it as people read it; empty where it matches everything."""
        parts = [f"below {printable(self.prefix)}"] if self.prefix else []
        parts += [f"tagged {printable(key)}={printable(value)}" for key, value in sorted(self.tags)]
        if self.larger_than >= 0:
            parts.append(f"larger than {self.larger_than:,.0f} bytes")
        if self.smaller_than != float("inf"):
            parts.append(f"smaller than {self.smaller_than:,.0f} bytes")
        return f" ({', '.join(parts)})" if parts else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """An enabled rule: after how many days, or when, it takes what; None where it doesn't."""

    filter: _Filter
    current_days: float | None
    current_date: str | None
    old_days: float | None
    old_versions_kept: float
    cold_days: float | None


def deletions(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each kind of data that rules delete sooner, or at all, than they did.

    Both are a bucket's or a lifecycle configuration's attributes, empty where there is none.
    """
    old, new = _rules(before), _rules(after)
    for rule in new:
        same = [each for each in old if each.filter.covers(rule.filter)]
        if rule.current_days is not None and not _any_within(same, "current_days", rule.current_days):
            was = _earliest(same, "current_days")
            yield f"current objects{rule.filter.words} are deleted after {_days(rule.current_days)}{was}"
        if rule.current_date is not None and not any(
            each.current_date is not None and each.current_date <= rule.current_date for each in same
        ):
            yield f"current objects{rule.filter.words} are deleted on {printable(rule.current_date)}"
        if rule.old_days is not None and not any(
            each.old_days is not None
            and each.old_days <= rule.old_days
            and each.old_versions_kept <= rule.old_versions_kept
            for each in same
        ):
            was = _earliest(same, "old_days")
            yield f"old versions{rule.filter.words} are deleted after {_days(rule.old_days)}{was}"


def freezings(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each rule that moves objects where they can't be read, sooner or at all."""
    old, new = _rules(before), _rules(after)
    for rule in new:
        same = [each for each in old if each.filter.covers(rule.filter)]
        if rule.cold_days is not None and not _any_within(same, "cold_days", rule.cold_days):
            yield (
                f"objects{rule.filter.words} can't be read without a restore after {_days(rule.cold_days)}"
                + _earliest(same, "cold_days")
            )


def unreadable(of: Mapping[str, Any]) -> bool:
    """Return whether rules are sensitive, so that what they delete can't be shown."""
    return holds_sealed(of.get("rule")) or holds_sealed(of.get("lifecycle_rule"))


def _any_within(rules: list[_Rule], name: str, days: float) -> bool:
    return any(getattr(each, name) is not None and getattr(each, name) <= days for each in rules)


def _earliest(rules: list[_Rule], name: str) -> str:
    found = [getattr(each, name) for each in rules if getattr(each, name) is not None]
    return f" (was {_days(min(found))})" if found else " (were kept)"


def _days(number: float) -> str:
    return f"{number:,.0f} day{'' if number == 1 else 's'}"


def _rules(of: Mapping[str, Any]) -> list[_Rule]:
    # A bucket's own rules are the provider's older way to write them.
    written = [*sequence(of.get("rule")), *sequence(of.get("lifecycle_rule"))]
    return [_rule(each) for each in map(mapping, written) if _is_enabled(each)]


def _is_enabled(rule: Mapping[str, Any]) -> bool:
    return rule.get("status") == "Enabled" or rule.get("enabled") is True


def _rule(rule: Mapping[str, Any]) -> _Rule:
    expiration = _first(rule.get("expiration"))
    date = expiration.get("date")
    old = _first(rule.get("noncurrent_version_expiration"))
    cold = [
        _number(mapping(each).get("days")) or 0
        for each in sequence(rule.get("transition"))
        if mapping(each).get("storage_class") in COLD_CLASSES
    ]
    return _Rule(
        filter=_filter(rule),
        # The provider writes 0 for a rule that only takes markers of deletions.
        current_days=_number(expiration.get("days")) or None,
        # An empty date is none: so the provider reads rules that only take markers.
        current_date=date if isinstance(date, str) and date else None,
        old_days=_number(old.get("noncurrent_days", old.get("days"))),
        old_versions_kept=_number(old.get("newer_noncurrent_versions")) or 0,
        cold_days=min(cold, default=None),
    )


def _filter(rule: Mapping[str, Any]) -> _Filter:
    written = _first(rule.get("filter"))
    both = _first(written.get("and"))
    parts = [rule, written, both]
    prefixes = [each["prefix"] for each in parts if isinstance(each.get("prefix"), str)]
    tags = {
        (str(each["key"]), str(each.get("value") or ""))
        for part in parts
        for each in map(mapping, sequence(part.get("tag")))
        if "key" in each
    }
    tags |= {(key, str(value)) for part in parts for key, value in mapping(part.get("tags")).items()}
    larger = [_number(each.get("object_size_greater_than")) for each in parts]
    smaller = [_number(each.get("object_size_less_than")) for each in parts]
    return _Filter(
        prefix=max(prefixes, key=len, default=""),
        tags=frozenset(tags),
        larger_than=max((each for each in larger if each), default=-1),
        smaller_than=min((each for each in smaller if each), default=float("inf")),
    )


def _first(block: Any) -> Mapping[str, Any]:
    return mapping(next(iter(sequence(block)), None))


def _number(value: Any) -> float | None:
    # The provider writes some numbers as texts: newer_noncurrent_versions, object_size_greater_than.
    if isinstance(value, str) and value.isdecimal():
        return float(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
