"""Signed cookies and URLs at the local edge: what opens a video, and what does not."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from media_pipeline.domain.delivery.playback import Signer, access_policy, encoded, signed_url
from tests.support.edge import (
    ASSET,
    LATER,
    MANIFEST,
    NOW,
    OTHER_ASSET,
    OTHER_MANIFEST,
    PUBLIC_MANIFEST,
    Edge,
    cookies_of,
)


def _query(url: str) -> str:
    return f"?{urlsplit(url).query}"


def test_cookies_open_all_of_one_asset(edge: Edge, signer: Signer) -> None:
    """The cookies that the product makes open the asset's files, and the other behavior needs none."""
    assert edge.get(MANIFEST, cookies=cookies_of(edge, signer)) == (200, MANIFEST)
    assert edge.get(OTHER_MANIFEST, cookies=cookies_of(edge, signer, OTHER_ASSET)) == (200, OTHER_MANIFEST)
    assert edge.get("/page") == (200, "page")


def test_what_nothing_signed_is_refused(edge: Edge, signer: Signer) -> None:
    """A file without a signature, or with a part of one, is refused as CloudFront refuses it."""
    status, text = edge.get(MANIFEST)
    assert (status, "MissingKey" in text) == (403, True)
    for name in ("CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id"):
        cookies = {key: value for key, value in cookies_of(edge, signer).items() if key != name}
        assert edge.get(MANIFEST, cookies=cookies)[0] == 403


def test_cookies_of_another_asset_are_refused(edge: Edge, signer: Signer) -> None:
    """A cookie opens its own asset alone."""
    assert edge.get(OTHER_MANIFEST, cookies=cookies_of(edge, signer))[0] == 403


def test_expired_cookies_are_refused(edge: Edge, signer: Signer) -> None:
    """A cookie opens nothing once its policy has ended, whatever the browser keeps."""
    assert edge.get(MANIFEST, cookies=cookies_of(edge, signer, ends=NOW - timedelta(seconds=1)))[0] == 403


def test_an_altered_policy_is_refused(edge: Edge, signer: Signer) -> None:
    """A policy that was not signed opens nothing: a longer one, a wider one, or no policy at all."""
    cookies = cookies_of(edge, signer)
    for policy in (
        access_policy(f"https://{edge.domain}/media/{ASSET}/*", ends=LATER + timedelta(days=1)),
        access_policy("*", ends=LATER),
        b"{}",
        b"no JSON",
    ):
        assert edge.get(MANIFEST, cookies={**cookies, "CloudFront-Policy": encoded(policy)})[0] == 403


@pytest.mark.parametrize("algorithm", [None, "SHA1", "sha256", "MD5"])
def test_a_signature_counts_for_its_own_hash_alone(edge: Edge, signer: Signer, algorithm: str | None) -> None:
    """A signature over SHA-256 opens nothing as one over SHA-1, which is what no name stands for."""
    cookies = cookies_of(edge, signer)
    cookies.pop("CloudFront-Hash-Algorithm")
    named = {"CloudFront-Hash-Algorithm": algorithm} if algorithm else {}
    assert edge.get(MANIFEST, cookies=cookies | named)[0] == 403


def test_keys_outside_of_the_group_are_refused(
    edge: Edge, signer: Signer, key_pair_ids: tuple[str, str, str], private_key: rsa.RSAPrivateKey
) -> None:
    """A key that CloudFront doesn't know, or doesn't trust here, opens nothing; nor does another key's id."""
    cookies = cookies_of(edge, signer)
    for key_pair_id in ("KNOBODY", key_pair_ids[1]):
        assert edge.get(MANIFEST, cookies={**cookies, "CloudFront-Key-Pair-Id": key_pair_id})[0] == 403
    stranger = Signer(
        key_pair_id=key_pair_ids[2],
        hash_algorithm="SHA256",
        sign=lambda message: private_key.sign(message, padding.PKCS1v15(), hashes.SHA256()),
    )
    assert edge.get(MANIFEST, cookies=cookies_of(edge, stranger))[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        f"/media/{ASSET}/../{OTHER_ASSET}/1/cmaf/index.m3u8",
        f"/media/{ASSET}/%2e%2e/{OTHER_ASSET}/1/cmaf/index.m3u8",
        f"/media/{ASSET}/.%2E/{OTHER_ASSET}/1/cmaf/index.m3u8",
        f"/media/{ASSET}/1/..%2f..%2f{OTHER_ASSET}/1/cmaf/index.m3u8",
        f"/media/{ASSET}/1/../../{OTHER_ASSET}/1/cmaf/index.m3u8",
        f"/media//{OTHER_ASSET}/1/cmaf/index.m3u8",
        f"//media/{OTHER_ASSET}/1/cmaf/index.m3u8",
        f"/x/../media/{OTHER_ASSET}/1/cmaf/index.m3u8",
        f"/%6dedia/{OTHER_ASSET}/1/cmaf/index.m3u8",
        f"/media/{ASSET}/1/\\..\\..\\{OTHER_ASSET}/1/cmaf/index.m3u8",
    ],
)
def test_no_path_leads_to_another_asset(edge: Edge, signer: Signer, path: str) -> None:
    """However another asset's path is written, a cookie doesn't open it, and nothing does without one."""
    for cookies in (None, cookies_of(edge, signer)):
        status, text = edge.get(path, cookies=cookies)
        assert status in (403, 404)
        assert OTHER_MANIFEST not in text


def test_what_is_public_opens_to_everybody(edge: Edge, signer: Signer) -> None:
    """Without a signature, and with cookies of whatever; the same file is not found as a private one."""
    assert edge.get(PUBLIC_MANIFEST) == (200, PUBLIC_MANIFEST)
    assert edge.get(PUBLIC_MANIFEST, cookies=cookies_of(edge, signer)) == (200, PUBLIC_MANIFEST)
    private = PUBLIC_MANIFEST.replace("/public", "")
    assert edge.get(private)[0] == 403
    assert edge.get(private, cookies=cookies_of(edge, signer))[0] in (403, 404)


@pytest.mark.parametrize(
    "path",
    [
        f"/media/public/../{ASSET}/1/cmaf/index.m3u8",
        f"/media/public/%2e%2e/{ASSET}/1/cmaf/index.m3u8",
        f"/media/public/..%2f{ASSET}/1/cmaf/index.m3u8",
        f"/media/public/{OTHER_ASSET}/1/../../../{ASSET}/1/cmaf/index.m3u8",
        f"/media/public//{ASSET}/1/cmaf/index.m3u8",
        f"/media/public/./{ASSET}/1/cmaf/index.m3u8",
        f"/media/public/{ASSET}/1/cmaf/index.m3u8",
        f"/media/{ASSET}/1/../../public/../{ASSET}/1/cmaf/index.m3u8",
        f"/media/public/\\..\\{ASSET}/1/cmaf/index.m3u8",
        f"/media/Public/{ASSET}/1/cmaf/index.m3u8",
        f"/media/public%2F..%2F{ASSET}/1/cmaf/index.m3u8",
    ],
)
def test_the_public_folder_leads_to_nothing_private(edge: Edge, path: str) -> None:
    """However a private file's path is written through the public folder, it is not served unsigned."""
    status, text = edge.get(path)
    assert status in (403, 404)
    assert MANIFEST not in text


def test_a_path_out_of_media_needs_no_signature_and_finds_nothing(edge: Edge, signer: Signer) -> None:
    """A path that leads out of /media/ is the default behavior's, whose origin has no such key."""
    status, text = edge.get(f"/media/../{OTHER_ASSET}/1/cmaf/index.m3u8")
    assert status in (403, 404)
    assert OTHER_MANIFEST not in text


def test_a_signed_url_opens_its_own_file_alone(edge: Edge, signer: Signer) -> None:
    """A URL of the product opens one file, until its end, and no other by its query."""
    url = signed_url(edge.domain, MANIFEST.removeprefix("/media/"), ends=LATER, signer=signer)
    assert edge.get(MANIFEST + _query(url)) == (200, MANIFEST)
    assert edge.get(OTHER_MANIFEST + _query(url))[0] == 403
    assert edge.get(f"{MANIFEST}x{_query(url)}")[0] == 403
    longer = url.replace(f"Expires={int(LATER.timestamp())}", f"Expires={int(LATER.timestamp()) + 60}")
    assert longer != url
    assert edge.get(MANIFEST + _query(longer))[0] == 403
    assert edge.get(f"{MANIFEST}{_query(url)}&response-content-type=text/html")[0] == 403


def test_a_url_of_its_own_counts_beforecookies_of(edge: Edge, signer: Signer) -> None:
    """Where a URL is signed, cookies don't make good for what it lacks."""
    ended = signed_url(edge.domain, MANIFEST.removeprefix("/media/"), ends=NOW, signer=signer)
    assert edge.get(MANIFEST + _query(ended), cookies=cookies_of(edge, signer))[0] == 403


@pytest.mark.parametrize("wildcard", [False, True])
def test_what_boto3_signs_is_what_the_product_signs(edge: Edge, signer: Signer, wildcard: bool) -> None:
    """The URL of AWS's own signer opens the file; for a single file it is the product's, letter by letter."""
    theirs = CloudFrontSigner(signer.key_pair_id, signer.sign)
    url = f"https://{edge.domain}{MANIFEST}"
    if wildcard:
        policy = theirs.build_policy(f"https://{edge.domain}/media/{ASSET}/*", LATER)
        signed = theirs.generate_presigned_url(url, policy=policy)
    else:
        signed = theirs.generate_presigned_url(url, date_less_than=LATER)
        ours = signed_url(edge.domain, MANIFEST.removeprefix("/media/"), ends=LATER, signer=signer)
        assert sorted(_query(ours)[1:].split("&")) == sorted(
            [*_query(signed)[1:].split("&"), "Hash-Algorithm=SHA256"]
        )
    assert edge.get(f"{MANIFEST}{_query(signed)}&Hash-Algorithm=SHA256") == (200, MANIFEST)
    assert edge.get(MANIFEST + _query(signed))[0] == 403


def test_sha1_signatures_count_where_no_hash_is_named(
    edge: Edge, key_pair_ids: tuple[str, str, str], private_key: rsa.RSAPrivateKey
) -> None:
    """What boto3 signs as ever, over SHA-1, opens as ever: with a key that makes such signatures."""
    old = CloudFrontSigner(
        key_pair_ids[1],
        lambda message: private_key.sign(message, padding.PKCS1v15(), hashes.SHA1()),
    )
    signed = old.generate_presigned_url(f"https://{edge.domain}{MANIFEST}", date_less_than=LATER)
    assert edge.get(MANIFEST + _query(signed)) == (200, MANIFEST)
    assert edge.get(f"{MANIFEST}{_query(signed)}&Hash-Algorithm=SHA256")[0] == 403


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({"IpAddress": {"AWS:SourceIp": "127.0.0.0/8"}}, 200),
        ({"IpAddress": {"AWS:SourceIp": "192.0.2.0/24"}}, 403),
        ({"DateGreaterThan": {"AWS:EpochTime": int(NOW.timestamp()) - 60}}, 200),
        ({"DateGreaterThan": {"AWS:EpochTime": int(LATER.timestamp()) - 600}}, 403),
    ],
)
def test_a_policy_may_name_a_begin_and_a_network(
    edge: Edge, signer: Signer, condition: dict[str, Any], status: int
) -> None:
    """All conditions of a policy hold together."""
    ends = {"DateLessThan": {"AWS:EpochTime": int(LATER.timestamp())}}
    resource = f"https://{edge.domain}/media/{ASSET}/*"
    policy = json.dumps({"Statement": [{"Resource": resource, "Condition": ends | condition}]}).encode()
    values = {"Policy": encoded(policy), **signer.parameters(policy)}
    cookies = {f"CloudFront-{name}": value for name, value in values.items()}
    assert edge.get(MANIFEST, cookies=cookies)[0] == status
