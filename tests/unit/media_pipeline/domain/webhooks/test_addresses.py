"""Webhooks are sent to public addresses over TLS, whatever an endpoint's URL is."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.webhooks.addresses import MAX_URL_CHARACTERS, refusal, url_fault

FORBIDDEN = [
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
    *("169.254.170.2", "172.16.0.1", "192.168.1.1", "192.0.0.8", "198.18.0.1", "224.0.0.1"),
    *("239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1", "203.0.113.9", "192.88.99.1"),
    *("::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"),
    *("64:ff9b:1::1", "2002:7f00:1::1", "2001:0:5ef5:79fd::1", "100::1"),
]
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_nothing_is_sent_to_an_address_that_is_not_public(address: str) -> None:
    """Private, loopback, link-local, multicast and reserved addresses are refused, however written."""
    assert refusal(ipaddress.ip_address(address), allow_loopback=False) is not None
    host = f"[{address}]" if ":" in address else address
    assert url_fault(f"https://{host}/hook", allow_loopback=False) is not None


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_admitted(address: str) -> None:
    """An address of the internet is admitted, in its mapped and translated forms too."""
    assert refusal(ipaddress.ip_address(address), allow_loopback=False) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_a_sandbox_admits_loopback(address: str) -> None:
    """Where loopback is allowed, this machine is an endpoint, and nothing else that is private is."""
    assert refusal(ipaddress.ip_address(address), allow_loopback=True) is None
    others = [one for one in FORBIDDEN if not ipaddress.ip_address(one).is_loopback]
    others.remove("::ffff:127.0.0.1")
    assert all(refusal(ipaddress.ip_address(one), allow_loopback=True) for one in others)


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_the_same_in_each_of_its_forms(address: ipaddress.IPv4Address) -> None:
    """A mapped or translated IPv4 address is refused exactly where the address itself is."""
    plain = refusal(address, allow_loopback=False)
    for form in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert (refusal(ipaddress.ip_address(form), allow_loopback=False) is None) is (plain is None)


@pytest.mark.parametrize(
    "url",
    [
        *("", "shop.example/hook", "ftp://shop.example/", "file:///etc/passwd", "http://shop.example/hook"),
        *("https://", "https://:443/", "https://shop.example:0/", "https://shop.example:99999/"),
        *("https://user:password@shop.example/", "https://shop.example/#part", "https://shop.example/a b"),
        *("https://shöp.example/", "https://shop.example/\r\nX-Header: 1", "https://[::1/"),
        f"https://shop.example/{'a' * MAX_URL_CHARACTERS}",
    ],
)
def test_a_url_that_is_no_endpoint_is_refused(url: str) -> None:
    """Only https URLs with a host, and without credentials, fragments and raw characters, are endpoints."""
    assert url_fault(url, allow_loopback=False) is not None


@pytest.mark.parametrize(
    "url",
    [
        *("https://shop.example", "https://shop.example:8443/hook?tenant=1", "https://shop.example/~a!"),
        f"https://shop.example/{'a' * (MAX_URL_CHARACTERS - len('https://shop.example/'))}",
    ],
    ids=["host", "port and query", "characters at both ends of ASCII", "longest"],
)
def test_a_url_of_a_public_name_is_admitted(url: str) -> None:
    """A name is judged by its addresses when it is resolved, not before."""
    assert url_fault(url, allow_loopback=False) is None


def test_http_is_for_a_sandbox() -> None:
    """Plain HTTP is admitted together with loopback alone."""
    assert url_fault("http://127.0.0.1:8000/hook", allow_loopback=True) is None
    assert url_fault("http://127.0.0.1:8000/hook", allow_loopback=False) is not None
