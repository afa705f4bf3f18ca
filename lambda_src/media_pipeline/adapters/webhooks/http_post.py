"""Post a signed webhook to a public address, once, with a bound on its time.

The name is resolved here, each address of it is judged, and the connection goes to a judged one: see
`domain.webhooks.addresses`. Proxies of the environment are not asked, redirects are not followed, and of the
answer nothing but the status is read. Signatures are those of Standard Webhooks, one for each secret in
force.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Thread, Timer
from urllib.parse import SplitResult, urlsplit

from media_pipeline.adapters.webhooks.signature import signed_headers
from media_pipeline.domain.errors import EndpointForbiddenError, EndpointUnavailableError
from media_pipeline.domain.webhooks.addresses import refusal, url_fault

CONNECT_TIMEOUT_SECONDS = 3.0
# Of all of it: the name, the connection, TLS, and the answer's status.
DEADLINE_SECONDS = 10.0
Resolve = Callable[[str, int], Sequence[str]]


def resolved(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host by the system's resolver. Raises OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


class HttpPost:
    """Post webhooks; `allow_loopback` is for a sandbox whose receivers are on this machine, without TLS."""

    def __init__(
        self,
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        allow_loopback: bool = False,
        deadline_seconds: float = DEADLINE_SECONDS,
        resolve: Resolve = resolved,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._clock = clock
        self._allow_loopback = allow_loopback
        self._deadline_seconds = deadline_seconds
        self._resolve = resolve
        self._tls = tls

    def post(self, url: str, *, webhook_id: str, payload: str, secrets: Sequence[str]) -> int:
        """Sign and send a payload; return the HTTP status.

        Raises EndpointUnavailableError where there is no answer in time, EndpointForbiddenError where nothing
        may be sent to the address.
        """
        ends_at = time.monotonic() + self._deadline_seconds
        fault = url_fault(url, allow_loopback=self._allow_loopback)
        if fault is not None:
            raise EndpointForbiddenError(f"The endpoint's URL {fault}.")
        parts = urlsplit(url)
        address = self._address(parts, ends_at)
        headers = self._headers(parts, webhook_id, payload, secrets)
        try:
            return self._answer(parts, address, payload, headers, ends_at)
        except (OSError, http.client.HTTPException) as error:
            # Its text may quote what the receiver sent: the kind of error is enough.
            raise EndpointUnavailableError(f"the endpoint did not answer: {type(error).__name__}") from error

    def _address(self, parts: SplitResult, ends_at: float) -> str:
        """Return an address of the host to which sending is allowed; one that isn't forbids all."""
        host, port = str(parts.hostname), _port(parts)
        addresses = self._within(ends_at, lambda: self._resolve(host, port))
        if not addresses:
            raise EndpointUnavailableError(f"the endpoint's host {host} has no address")
        for address in addresses:
            # A zone (fe80::1%eth0) is of a link, and no part of the address.
            fault = refusal(
                ipaddress.ip_address(address.partition("%")[0]), allow_loopback=self._allow_loopback
            )
            if fault is not None:
                raise EndpointForbiddenError(f"The endpoint's host {host} {fault}: nothing is sent there.")
        return addresses[0]

    def _within(self, ends_at: float, resolve: Callable[[], Sequence[str]]) -> Sequence[str]:
        """Return what resolves in time; the system's resolver itself knows no bound."""
        found: list[Sequence[str]] = []

        def run() -> None:
            try:
                found.append(resolve())
            except OSError:
                return

        thread = Thread(target=run, daemon=True)
        thread.start()
        thread.join(min(CONNECT_TIMEOUT_SECONDS, max(0.0, ends_at - time.monotonic())))
        return found[0] if found else ()

    def _headers(
        self, parts: SplitResult, webhook_id: str, payload: str, secrets: Sequence[str]
    ) -> Mapping[str, str]:
        signed = signed_headers(secrets, webhook_id=webhook_id, at=self._clock(), payload=payload)
        return {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "User-Agent": self._user_agent,
            "Connection": "close",
            **signed,
        }

    def _answer(
        self, parts: SplitResult, address: str, payload: str, headers: Mapping[str, str], ends_at: float
    ) -> int:
        timeout = max(0.1, min(CONNECT_TIMEOUT_SECONDS, ends_at - time.monotonic()))
        sockets = [socket.create_connection((address, _port(parts)), timeout=timeout)]
        left = max(0.1, ends_at - time.monotonic())
        # A receiver that sends a byte now and then would never run into a socket's timeout.
        guard = Timer(left, _shut, [sockets])
        guard.daemon = True
        guard.start()
        try:
            sockets[0].settimeout(left)
            if parts.scheme == "https":
                tls = self._tls or ssl.create_default_context()
                # The handshake comes after the guard knows the socket that takes the other's place.
                secured = tls.wrap_socket(
                    sockets[0], server_hostname=parts.hostname, do_handshake_on_connect=False
                )
                sockets.append(secured)
                secured.do_handshake()
            connection = http.client.HTTPConnection(str(parts.hostname), _port(parts))
            connection.sock = sockets[-1]
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body=payload.encode("ascii"), headers=dict(headers))
            return connection.getresponse().status
        finally:
            guard.cancel()
            sockets[-1].close()


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _shut(sockets: Sequence[socket.socket]) -> None:
    try:
        sockets[-1].shutdown(socket.SHUT_RDWR)
    except OSError:
        return
