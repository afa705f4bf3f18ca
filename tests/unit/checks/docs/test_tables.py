"""The generated tables: complete, and in the words of the code."""

import re
from dataclasses import fields

import pytest

from checks.docs.failures import failures_table
from checks.docs.limits import limits_table
from checks.docs.packages import PACKAGES, packages_picture
from checks.docs.settings import allowed, overrides_table, settings_table
from main import OVERRIDES
from media_pipeline.domain.failures import CATALOGUE
from stacks.settings import Settings


def test_every_code_is_in_the_table() -> None:
    """Each failure of the catalogue is in one row, with its sentence."""
    rows = failures_table().splitlines()[2:]
    for known in CATALOGUE.values():
        (row,) = (row for row in rows if f"`{known.code}`" in row)
        assert known.general_sentence.removesuffix(" (…)") in row


def test_every_setting_is_in_the_table() -> None:
    """Each field of the settings has a row, or one for each field of what it holds."""
    table = settings_table()
    for field in fields(Settings):
        assert re.search(rf"^\| `{field.name}[`.]", table, flags=re.M), field.name
    assert all(f"`{name}`" in overrides_table() for pair in OVERRIDES.items() for name in pair)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("processing_concurrency", "2 to 1000"),
        ("alarm_thresholds.stuck_assets", "1 to 1000000"),
        ("state.bucket", "a bucket name"),
        ("log_level", "DEBUG"),
        ("upload_key_prefix", "512 bytes"),
        ("force_destroy", "`True` or `False`"),
    ],
)
def test_what_is_allowed_is_what_the_rules_say(name: str, words: str) -> None:
    """The words are those of the error that a bad value raises."""
    assert words in allowed(name)


def test_limits_name_the_module_that_has_them() -> None:
    """Each row of the limits links to a module."""
    rows = limits_table().splitlines()[2:]
    assert len(rows) > 20
    assert all(re.search(r"\(\.\./(lambda_src|sandbox)/\S+\.py\) \|$", row) for row in rows)


def test_the_picture_has_every_package() -> None:
    """Each package is a box, and the same code gives the same picture."""
    picture = packages_picture()
    assert all(f">{name}</text>" in picture for name in (*PACKAGES, "main", "domain", "mediaconvert"))
    assert packages_picture() == picture
