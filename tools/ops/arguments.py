"""The values that the command line takes: durations, dates, rates, counts."""

import re
from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(?:\d+[smhdw])+")
_PART = re.compile(r"(\d+)([smhdw])")
_USD = re.compile(r"\d{1,9}(?:\.\d{1,2})?", re.ASCII)


def duration(text: str) -> timedelta:
    """Read `90s`, `30m`, `2h`, `7d`, `1w`, or several in a row: `1h30m`."""
    if _DURATION.fullmatch(text):
        try:
            return sum(
                (timedelta(**{_UNITS[unit]: int(number)}) for number, unit in _PART.findall(text)),
                timedelta(),
            )
        except OverflowError:
            pass
    raise ArgumentTypeError(f"{text!r} is not a duration such as 90s, 30m, 2h, 7d or 1h30m")


def date(text: str) -> datetime:
    """Read `2026-01-31` or `2026-01-31T12:00`, in UTC where it names no zone."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2026-01-31 or 2026-01-31T12:00") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def count(text: str) -> int:
    """Read a whole number of at least 1."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def usd(text: str) -> Decimal:
    """Read an amount of dollars above 0, in cents at most: `50`, `12.50`."""
    if _USD.fullmatch(text) and Decimal(text) > 0:
        return Decimal(text)
    raise ArgumentTypeError(f"{text!r} is not an amount of dollars such as 50 or 12.50")


def usd_of(text: str) -> tuple[str, Decimal]:
    """Read `PREFIX=USD`, an amount for what the keys begin with."""
    prefix, separator, amount = text.rpartition("=")
    if prefix and separator:
        return prefix, usd(amount)
    raise ArgumentTypeError(f"{text!r} is not a prefix of keys, = and an amount of dollars")


def rate(text: str) -> float:
    """Read how often per second something may be done: 0.01 to 1,000."""
    try:
        read = float(text)
    except ValueError:
        read = 0.0
    if not 0.01 <= read <= 1000:
        raise ArgumentTypeError(f"{text!r} is not a number from 0.01 to 1000")
    return read
