"""Generate temporary passwords that the pool's own policy accepts, as Cognito does.

MiniStack makes them 12 characters long and then refuses them where the policy asks for more, so that no user
is created without a password. Source: Amazon Cognito API Reference, AdminCreateUser, TemporaryPassword.
"""

from __future__ import annotations

import secrets

from ministack.services import cognito

# The longest that a policy can ask for. Source: ibid., PasswordPolicyType, MinimumLength.
LENGTH = 99


def apply() -> None:
    """Wrap what generates a password: its characters are of all kinds, more of them follow."""
    generate = cognito._generate_temp_password

    def generate_temporary_password() -> str:
        password = str(generate())
        return password + secrets.token_urlsafe(LENGTH)[: LENGTH - len(password)]

    cognito._generate_temp_password = generate_temporary_password
