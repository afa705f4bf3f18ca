"""What viewers are given: cookies of one asset, URLs of one file."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.delivery.playback import Signer, asset_cookies, encoded, media_path, signed_url
from media_pipeline.services.delivery.playback import Playback

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ASSET = "a" * 32
SIGNER = Signer(key_pair_id="K1", hash_algorithm="SHA256", sign=lambda message: b"signed " + message)
OLD_SIGNER = Signer(key_pair_id="K1", hash_algorithm="SHA1", sign=lambda message: message)


def _decoded(text: str) -> bytes:
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")))


def test_cookies_are_of_one_asset() -> None:
    """Path and policy name the asset's files alone; no page reads the cookies, no other site sends them."""
    playback = Playback(domain="d.example.com", signer=SIGNER, cookie_hours=6, url_hours=1)
    cookies = {cookie.name: cookie for cookie in playback.cookies(ASSET, now=NOW)}
    assert set(cookies) == {
        "CloudFront-Policy",
        "CloudFront-Signature",
        "CloudFront-Key-Pair-Id",
        "CloudFront-Hash-Algorithm",
    }
    policy = _decoded(cookies["CloudFront-Policy"].value)
    assert json.loads(policy) == {
        "Statement": [
            {
                "Resource": f"https://d.example.com/media/{ASSET}/*",
                "Condition": {"DateLessThan": {"AWS:EpochTime": int((NOW + timedelta(hours=6)).timestamp())}},
            }
        ]
    }
    assert _decoded(cookies["CloudFront-Signature"].value) == b"signed " + policy
    for name, cookie in cookies.items():
        assert cookie.header() == (
            f"{name}={cookie.value}; Path=/media/{ASSET}/; Max-Age=21600; Secure; HttpOnly; SameSite=Strict"
        )


def test_sha1_is_not_named() -> None:
    """A CloudFront that knows no other hash is told of none."""
    ends = NOW + timedelta(hours=1)
    cookies = asset_cookies("d.example.com", ASSET, now=NOW, ends=ends, signer=OLD_SIGNER)
    assert "CloudFront-Hash-Algorithm" not in {cookie.name for cookie in cookies}
    assert "Hash-Algorithm" not in signed_url("d.example.com", "k", ends=ends, signer=OLD_SIGNER)


def test_a_url_is_of_one_file_and_ends() -> None:
    """The signature is over the URL and its end, and everything that CloudFront needs is in the query."""
    playback = Playback(domain="d.example.com", signer=SIGNER, cookie_hours=6, url_hours=1)
    url = playback.signed_url(f"{ASSET}/1/mp4/video.mp4", now=NOW)
    query = parse_qs(urlsplit(url).query)
    ends = int((NOW + timedelta(hours=1)).timestamp())
    assert query["Expires"] == [str(ends)]
    assert (query["Key-Pair-Id"], query["Hash-Algorithm"]) == (["K1"], ["SHA256"])
    assert (
        _decoded(query["Signature"][0]).removeprefix(b"signed ")
        == (
            f'{{"Statement":[{{"Resource":"https://d.example.com/media/{ASSET}/1/mp4/video.mp4",'
            f'"Condition":{{"DateLessThan":{{"AWS:EpochTime":{ends}}}}}}}]}}'
        ).encode()
    )


@given(st.binary(max_size=300))
def test_encoded_text_needs_no_escape(data: bytes) -> None:
    """CloudFront's base64 holds no character that a cookie or a query would change, and loses nothing."""
    text = encoded(data)
    assert _decoded(text) == data
    assert not set(text) & set("+=/&?;, ")


@given(st.text(min_size=1, max_size=60))
def test_no_key_leaves_the_media_path(key: str) -> None:
    """Whatever a key holds, its path is below /media/ and holds no query, fragment or space."""
    path = media_path(key)
    assert path.startswith("/media/")
    assert not set(path) & set("?# \\")
