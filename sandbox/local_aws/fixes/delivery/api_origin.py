"""Answer for an HTTP API as CloudFront's origin.

MiniStack refuses origins of AWS's own domains with 502, lest a request leave the machine. An origin named
`{id}.execute-api.{region}.amazonaws.com` is an API of this MiniStack, which answers within the process.
"""

from __future__ import annotations

import http.client
import re
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.services import cloudfront

_API = re.compile(r"([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")


def apply() -> None:
    """Wrap the fetching from an origin."""
    fetch = cloudfront._fetch_from_origin

    async def fetch_from_api(
        origin: dict[str, Any],
        method: str,
        uri: str,
        query: str,
        headers: dict[str, Any],
        body: bytes,
        viewer_is_https: bool,
        client_ip: str,
        viewer_xff: str,
        dist_arn: str,
    ) -> Any:
        named = _API.fullmatch(origin["domain_name"])
        if named is None:
            return await fetch(
                *(origin, method, uri, query, headers, body, viewer_is_https, client_ip, viewer_xff, dist_arn)
            )
        sent = cloudfront._origin_request_headers(origin, headers, client_ip, viewer_xff)
        host = f"{named[1]}.execute-api.{app._MINISTACK_HOST}"
        path = (origin.get("origin_path") or "") + uri
        answer = await app._handle_execute_api_request(
            host,
            path,
            method,
            {**{name.lower(): value for name, value in sent.items()}, "host": host},
            body or b"",
            parse_qs(query, keep_blank_values=True),
            raw_path=path,
            raw_query_string=query,
        )
        if answer is None:
            raise cloudfront.OriginUnreachable(f"there is no API {named[1]}")
        status, found, data = answer
        pairs = [
            (name, value)
            for name, values in found.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        reason = http.client.responses.get(status, "")
        return status, reason, cloudfront._multidict_from_pairs(pairs), data

    cloudfront._fetch_from_origin = fetch_from_api
