"""Endpoints and their secrets, as their parameters keep them."""

import json
from datetime import timedelta

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import OperatorError
from media_pipeline.domain.webhooks.endpoint import (
    Endpoint,
    Secrets,
    disabled_text,
    is_endpoint_id,
    is_secret,
    new_secret,
)
from tests.support.fakes import FakeClock
from tests.support.webhook_world import OLDER_SECRET, SECRET, endpoint


def test_an_endpoint_is_read_as_it_was_written() -> None:
    """What is kept of an endpoint is all that it is, and a second document says that it is disabled."""
    written = endpoint("shop", AssetStatus.FAILED)
    assert Endpoint.from_text("shop", written.to_text()) == written
    off = Endpoint.from_text(
        "shop", written.to_text(), disabled=disabled_text("It answered 410", at=FakeClock()())
    )
    assert (off.disabled_at, off.disabled_for) == ("2026-01-02T03:04:05.678Z", "It answered 410")
    assert written.is_told_of(AssetStatus.FAILED)
    assert not written.is_told_of(AssetStatus.COMPLETE)
    assert not off.is_told_of(AssetStatus.FAILED)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"url": "x", "statuses": ["DONE"], "created_at": "t"}'])
def test_an_endpoint_that_cannot_be_read_waits_for_its_operator(text: str) -> None:
    """A parameter that somebody edited wrongly is the operator's to fix, and loses nothing meanwhile."""
    with pytest.raises(OperatorError, match="shop"):
        Endpoint.from_text("shop", text)


def test_a_rotated_secret_signs_beside_the_new_one_for_a_while() -> None:
    """After a rotation both secrets sign, and after its period the new one alone."""
    clock = FakeClock()
    secrets = Secrets(current=OLDER_SECRET).rotated(SECRET, until=clock() + timedelta(hours=1))
    assert Secrets.from_text("shop", secrets.to_text()) == secrets
    assert secrets.in_force(clock()) == (SECRET, OLDER_SECRET)
    clock.advance(3600)
    assert secrets.in_force(clock()) == (SECRET,)


@pytest.mark.parametrize(
    "text",
    [
        *("no JSON whsec_x", "{}", '{"current": "whsec_c2hvcnQ="}', '{"current": 5}'),
        json.dumps({"current": SECRET, "previous": "whsec_c2hvcnQ="}),
    ],
)
def test_secrets_that_cannot_be_read_are_not_shown(text: str) -> None:
    """The error names the endpoint and nothing of what the parameter holds."""
    with pytest.raises(OperatorError) as raised:
        Secrets.from_text("shop", text)
    assert "whsec" not in str(raised.value)
    assert "shop" in str(raised.value)


def test_secrets_have_the_length_that_the_standard_wants() -> None:
    """A secret has 24 to 64 random bytes."""
    assert is_secret(new_secret(b"x" * 24))
    assert is_secret(new_secret(b"x" * 64))
    for length in (0, 23, 65):
        with pytest.raises(ValueError, match="24 to 64"):
            new_secret(b"x" * length)
    others = ("", "whsec_", "whsec_%%%", SECRET.removeprefix("whsec_"), f"{SECRET}%", f"{SECRET}\n")
    assert not any(is_secret(text) for text in others)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("a", True),
        ("shop-2", True),
        ("a" * 32, True),
        ("", False),
        ("a" * 33, False),
        ("-a", False),
        ("a-", False),
        ("A", False),
        ("a/b", False),
        ("a.b", False),
        ("ä", False),
    ],
)
def test_an_endpoint_is_named_by_a_word(text: str, valid: bool) -> None:
    """An id is a part of parameters' names, of messages and of a queue's groups."""
    assert is_endpoint_id(text) is valid
