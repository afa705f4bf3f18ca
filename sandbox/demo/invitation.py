"""How a person gets onto the page: its address, and a sign-in that works once."""

from __future__ import annotations

from sandbox.deployment.delivered import Delivered

EMAIL = "you@example.com"


def invited(delivered: Delivered, email: str = EMAIL, group: str = "operator") -> list[str]:
    """Invite a person, and return the lines that tell them where to go and how to sign in.

    Args:
        delivered: What is deployed.
        email: Their user name. A person who is there already gets a new one-time password.
        group: viewer, uploader or operator.
    """
    person = delivered.invite(email, group)
    return [
        f"The page: {delivered.page_url}",
        f"Sign in as {person.email} with the one-time password {person.password}",
    ]


def until_when(*, stays_up: bool) -> str:
    """Return the line that says how long page and player can be reached."""
    if stays_up:
        return "The sandbox stays up; `make sandbox-down` stops it."
    return "The sandbox is stopped now: `make sandbox-up` starts it again; `make demo OPEN=1` leaves it up."
