"""What a person is shown of an asset's webhooks."""

from collections.abc import Iterable

from rich.text import Text

from media_pipeline.domain.asset import Asset


def webhook_facts(asset: Asset) -> Iterable[tuple[str, Text]]:
    """Yield a line for each endpoint that took the webhook of the present attempt's end."""
    for number, note in enumerate(asset.webhooks):
        line = f"{note['endpoint']} took {note['status']} at {note['at']} (HTTP {note['answer']})"
        yield "" if number else "Webhooks", Text(line)
