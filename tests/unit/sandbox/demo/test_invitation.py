"""What a person is told who comes to the page for the first time."""

from typing import cast

import pytest

from sandbox.demo.invitation import EMAIL, invited, until_when
from sandbox.deployment.delivered import Delivered, Person


class FakeDelivered:
    """A distribution that notes whom it invites."""

    page_url = "http://localhost:4568/"

    def __init__(self) -> None:
        self.groups: dict[str, str] = {}

    def invite(self, email: str, group: str) -> Person:
        """Invite a person."""
        self.groups[email] = group
        return Person(email, "once-Aa1")


def test_page_name_and_password_are_told() -> None:
    """The lines have all that is needed, the person may do everything that the page has."""
    fake = FakeDelivered()
    assert invited(cast(Delivered, fake)) == [
        "The page: http://localhost:4568/",
        "Sign in as you@example.com with the one-time password once-Aa1",
    ]
    assert fake.groups == {EMAIL: "operator"}


@pytest.mark.parametrize(("stays_up", "target"), [(True, "make sandbox-down"), (False, "make demo OPEN=1")])
def test_the_way_on_is_named(stays_up: bool, target: str) -> None:
    """What is up is ended by one command, what is stopped comes back by another."""
    assert target in until_when(stays_up=stays_up)
