"""The mix of reads: what pages, players and programs ask for, each in its share."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sandbox.api_load.schedule import Request

# A page asks for a list and then for single assets, again and again; for the rest once.
SHARES: Mapping[str, float] = {
    "one asset": 0.50,
    "assets": 0.20,
    "next page": 0.05,
    "one status": 0.05,
    "profiles": 0.05,
    "presets": 0.05,
    "config": 0.05,
    "health": 0.04,
    "description": 0.01,
}
PAGE_SIZE = 20


def reads(
    count: int, *, host: str, token: str, asset_ids: Sequence[str], cursor: str, seed: int
) -> list[Request]:
    """Return so many requests in the mix, in random order.

    Args:
        count: How many.
        host: The name under which the server is asked.
        token: A viewer's access token.
        asset_ids: Assets that are there.
        cursor: Where the second page of assets begins.
        seed: Decides the order.
    """
    chance = random.Random(seed)
    listing = f"/api/assets?limit={PAGE_SIZE}"
    headers = {"Host": host, "Authorization": f"Bearer {token}"}
    paths = {
        "assets": listing,
        "next page": f"{listing}&cursor={cursor}",
        "one status": f"{listing}&status=COMPLETE",
        "profiles": "/api/profiles",
        "presets": "/api/presets",
        "config": "/api/config",
        "health": "/api/health",
        "description": "/api/openapi.json",
    }
    names = chance.choices(list(SHARES), weights=list(SHARES.values()), k=count)
    return [
        Request(
            name=name,
            path=paths[name] if name in paths else f"/api/assets/{chance.choice(asset_ids)}",
            headers=headers,
        )
        for name in names
    ]
