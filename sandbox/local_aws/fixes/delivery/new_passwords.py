"""Say on the page of the new password what the pool's policy asks for.

MiniStack names the rules only after a password broke them, so that a new user of the sandbox has to try
twice. Only the text changes, not what is accepted. Source of the rules: Amazon Cognito API Reference,
PasswordPolicyType.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from ministack.services import cognito

_FIELD = '<label for="new_password">'
_KINDS = {
    "RequireUppercase": "an uppercase letter",
    "RequireLowercase": "a lowercase letter",
    "RequireNumbers": "a number",
    "RequireSymbols": "a symbol",
}


def apply() -> None:
    """Wrap what writes the page."""
    written = cognito._new_password_page_html

    def new_password_page_html(np_token: str, error_message: str = "") -> str:
        page = str(written(np_token, error_message=error_message))
        session = cognito._pending_new_password.get(np_token)
        pool = session and cognito._get_pool_unscoped(session["pool_id"])
        if not pool:
            return page
        said = html.escape(rules_of((pool.get("Policies") or {}).get("PasswordPolicy") or {}))
        note = f'<p style="margin-bottom:16px;font-size:14px;color:#545b64">{said}</p>\n'
        return page.replace(_FIELD, note + _FIELD, 1)

    cognito._new_password_page_html = new_password_page_html


def rules_of(policy: Mapping[str, Any]) -> str:
    """Return what a password policy asks for, in a sentence.

    Args:
        policy: A PasswordPolicyType; without a length, Cognito asks for 8 characters.
    """
    kinds = [text for name, text in _KINDS.items() if policy.get(name)]
    length = f"at least {policy.get('MinimumLength', 8)} characters"
    needed = f", with {', '.join(kinds[:-1])}{' and ' if kinds[:-1] else ''}{kinds[-1]}" if kinds else ""
    return f"Choose a password of your own: {length}{needed}."
