"""What the settings of webhooks are allowed to be beside their ranges."""

from collections.abc import Iterator

from stacks.settings import Settings


def webhook_faults(settings: Settings) -> Iterator[tuple[str, object, str]]:
    """Yield what would let webhooks reach what is inside an account."""
    allowed = settings.webhooks.allow_loopback
    if not isinstance(allowed, bool) or (allowed and not settings.skip_aws_checks):
        # On AWS, a function's own machine serves its role's credentials and its events. Source:
        # https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
        yield (
            "webhooks.allow_loopback",
            allowed,
            "False, but for an environment that is not on AWS (skip_aws_checks)",
        )
