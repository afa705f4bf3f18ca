"""Let viewers in: cookies for a browser that plays an asset, URLs for downloads and for players elsewhere."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from media_pipeline.domain.delivery.playback import Cookie, Signer, asset_cookies, plain_url, signed_url
from media_pipeline.domain.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """Sign for viewers of one distribution.

    Raises TransientError and its kin where the signing key can't be used.
    """

    domain: str
    signer: Signer
    cookie_hours: int
    url_hours: int

    def cookies(self, asset_id: str, *, now: datetime) -> Sequence[Cookie]:
        """Return the cookies that let a browser play one asset for some hours."""
        ends = now + timedelta(hours=self.cookie_hours)
        return asset_cookies(self.domain, asset_id, now=now, ends=ends, signer=self.signer)

    def plain_url(self, key: str) -> str:
        """Return the URL of one object of the outputs bucket, for what is public."""
        return plain_url(self.domain, key)

    def signed_url(self, key: str, *, now: datetime) -> str:
        """Return a URL that opens one object of the outputs bucket for some hours."""
        ends = now + timedelta(hours=self.url_hours)
        return signed_url(self.domain, key, ends=ends, signer=self.signer)
