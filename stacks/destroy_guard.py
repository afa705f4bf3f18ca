"""`python -m stacks.destroy_guard ENV`: refuse to destroy a protected environment, and say how to allow it.

Terraform refuses as well, with a sentence about its configuration; this one is about ours, and comes before
anything is asked of AWS.
"""

import sys

from stacks.settings import ENVIRONMENTS, Settings


def refusal(settings: Settings) -> str | None:
    """Return why an environment is not destroyed, and how it would be; None where it may be."""
    if not (settings.prevent_destroy or settings.deletion_protection or not settings.force_destroy):
        return None
    name = settings.environment
    return (
        f"{name} is protected: its buckets, table and key are not destroyed. To let go of it and of every "
        "video in it, set prevent_destroy=False, deletion_protection=False and force_destroy=True for "
        f"{name} in stacks/settings.py, deploy that (make deploy ENV={name}), then make destroy ENV={name}."
    )


def main(environment: str) -> str | None:
    """Return the refusal, which becomes the exit code; an unknown name is cdktf's to complain of."""
    settings = ENVIRONMENTS.get(environment)
    return refusal(settings) if settings else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
