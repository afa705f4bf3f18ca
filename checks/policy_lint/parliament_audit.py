"""Run by the Python of `.venv-lint`: read named policies from stdin, write parliament's findings to stdout.

parliament's own command line would do, but that it writes every policy to a file of a fixed name in /tmp.
"""

import json
import sys

from parliament import analyze_policy_string, config


def main() -> None:
    """Audit `[{"name": ..., "policy": ...}]`; print `[{"name": ..., "issue": ..., "detail": ...}]`."""
    found = [
        {"name": entry["name"], "issue": finding.issue, "detail": _text(finding.detail, finding.location)}
        for entry in json.load(sys.stdin)
        for finding in analyze_policy_string(
            json.dumps(entry["policy"]), include_community_auditors=True, config=config
        ).findings
    ]
    json.dump(found, sys.stdout)


def _text(detail: object, location: dict[str, object]) -> str:
    """Return what a finding is about; auditors tell it in one place or the other."""
    where = {key: value for key, value in location.items() if key not in ("line", "column", "filepath")}
    return " ".join(str(part) for part in (detail, where) if part)


if __name__ == "__main__":
    main()
