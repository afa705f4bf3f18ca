"""Find queues again after the local AWS has moved to another port.

MiniStack keeps queues by URL, port included. When the port was taken and another one is used, restored queues
still answer to their names, but event source mappings look for them under the new URL and never poll: every
message would lie there for ever.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ministack.services import sqs


def apply() -> None:
    """Wrap the restoring of saved queues."""
    restore = sqs._restore_state

    def restore_state(data: dict[str, Any]) -> None:
        if data:
            queues = data["queues"]._data
            moved = {(account, region, here(url)): queue for (account, region, url), queue in queues.items()}
            for (_, _, url), queue in moved.items():
                queue["url"] = url
            queues.clear()
            queues.update(moved)
        restore(data)

    sqs._restore_state = restore_state


def here(url: str) -> str:
    """Return a queue's URL on the port that is served now."""
    return urlsplit(url)._replace(netloc=sqs._CANONICAL_NETLOC).geturl()
