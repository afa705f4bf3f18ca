"""Which addresses webhooks are sent to: public ones, over TLS, so that no URL reaches what is inside.

An endpoint's URL is a text that somebody typed. Without these rules it could name the metadata service of a
machine, a database of a private network, or this machine itself, and the sender would ask it on behalf of
somebody who can't reach it (server-side request forgery). A name is resolved once, every address of it is
judged, and the connection goes to the address that was judged: what the name means a moment later is of no
consequence (DNS rebinding).

Source: https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import ipaddress
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

MAX_URL_CHARACTERS = 2_000
# Source: RFC 6052, section 2.1: the last four bytes are an IPv4 address.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# What one version or another of the standard library takes for public. Sources: RFC 6598 (providers' shared
# addresses), RFC 7526 (6to4 relays), RFC 2544 (benchmarks), RFC 3879 (site-local), RFC 4380 (Teredo),
# RFC 3056 (6to4), RFC 8215 (local translation)
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4"),
        *("fec0::/10", "2001::/32", "2002::/16", "64:ff9b:1::/48", "100::/64", "2001:db8::/32"),
    )
)


def url_fault(url: str, *, allow_loopback: bool) -> str | None:
    """Return what is wrong with an endpoint's URL, as the rest of a sentence; None where nothing is."""
    if len(url) > MAX_URL_CHARACTERS:
        return f"is longer than {MAX_URL_CHARACTERS:,} characters"
    if any(not "!" <= character <= "~" for character in url):
        return "has characters that a URL can't have: escape them, and write the host in ASCII"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        return f"is not a URL: {error}"
    schemes = ("https", "http") if allow_loopback else ("https",)
    if parts.scheme not in schemes:
        return f"does not begin with {' or '.join(f'{scheme}://' for scheme in schemes)}"
    if not host or port == 0:
        return "names no host and port"
    if parts.username is not None or parts.password is not None:
        return "has a user name or password: the signature tells the receiver who sends"
    if "#" in url:
        return "has a fragment, which is never sent"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return refusal(address, allow_loopback=allow_loopback)


def refusal(address: IPv4Address | IPv6Address, *, allow_loopback: bool) -> str | None:
    """Return why nothing is sent to an address, as the rest of a sentence; None where it is public.

    `allow_loopback` lets this machine be an address too.
    """
    # 127.0.0.1 written as ::ffff:127.0.0.1, and what translators make of an address.
    inner = _embedded(address)
    if inner is not None:
        return refusal(inner, allow_loopback=allow_loopback)
    if address.is_loopback:
        return None if allow_loopback else f"is at the loopback address {address}"
    if address.is_link_local:
        return f"is at the link-local address {address}"
    if address.is_multicast:
        return f"is at the multicast address {address}"
    if not address.is_global or any(
        address in network for network in _NOT_PUBLIC if network.version == address.version
    ):
        return f"is at {address}, which is not a public address"
    return None


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(address.packed[-4:]) if address in _NAT64 else None
