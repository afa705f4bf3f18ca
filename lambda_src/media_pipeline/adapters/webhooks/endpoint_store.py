"""Webhook endpoints in SSM parameters: what each is, whether it is disabled, and its secrets.

Below `/{pipeline}/webhooks`: `endpoints/{id}` and `disabled/{id}` are plain, `secrets/{id}` is a SecureString
under the pipeline's key. A document is far below the 4 KB of a standard parameter. Source:
https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.errors import NotFoundError, OperatorError
from media_pipeline.domain.values import dataclass
from media_pipeline.domain.webhooks.endpoint import Endpoint, Secrets, disabled_text
from media_pipeline.domain.webhooks.ports import SigningEndpoint

# Warm functions read again after so long: so late is a change of an endpoint seen, at most.
MAX_AGE_SECONDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointNames:
    """Name the parameters of endpoints below a path that ends in no slash."""

    path: str

    @property
    def endpoints(self) -> str:
        """Return the path of what endpoints are."""
        return f"{self.path}/endpoints"

    @property
    def disabled(self) -> str:
        """Return the path of those that are disabled."""
        return f"{self.path}/disabled"

    @property
    def secrets(self) -> str:
        """Return the path of their secrets."""
        return f"{self.path}/secrets"


class SsmEndpoints:
    """List endpoints, without their secrets. Raises TransientError and its kin where SSM can't answer."""

    def __init__(
        self,
        client: Any,
        *,
        path: str,
        max_age_seconds: float = MAX_AGE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._names = EndpointNames(path=path)
        self._max_age_seconds = max_age_seconds
        self._monotonic = monotonic
        self._read_again_at = 0.0
        self._known: Sequence[Endpoint] | None = None

    def endpoints(self) -> Sequence[Endpoint]:
        """Return all endpoints by their ids, disabled ones too."""
        now = self._monotonic()
        if self._known is None or now >= self._read_again_at:
            self._known, self._read_again_at = self._read(), now + self._max_age_seconds
        return self._known

    def _read(self) -> Sequence[Endpoint]:
        texts = self._below(self._names.endpoints)
        disabled = self._below(self._names.disabled) if texts else {}
        return [
            Endpoint.from_text(endpoint_id, text, disabled=disabled.get(endpoint_id))
            for endpoint_id, text in sorted(texts.items())
        ]

    def _below(self, path: str) -> dict[str, str]:
        with aws_errors("reading the webhook endpoints"):
            pages = self._client.get_paginator("get_parameters_by_path").paginate(Path=path)
            return {
                parameter["Name"].removeprefix(f"{path}/"): parameter["Value"]
                for page in pages
                for parameter in page["Parameters"]
            }


class SsmSigningEndpoints:
    """Find one endpoint with its secrets. Raises TransientError and its kin where SSM can't answer."""

    def __init__(
        self,
        client: Any,
        *,
        path: str,
        clock: Callable[[], datetime],
        max_age_seconds: float = MAX_AGE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._names = EndpointNames(path=path)
        self._clock = clock
        self._max_age_seconds = max_age_seconds
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, SigningEndpoint]] = {}

    def find(self, endpoint_id: str) -> SigningEndpoint | None:
        """Return an endpoint, None where there is none of this id.

        Raises OperatorError where it has no secrets: nothing is sent without a signature.
        """
        until, known = self._known.get(endpoint_id, (0.0, None))
        if known is not None and self._monotonic() < until:
            return known
        found = self._read(endpoint_id)
        self._known.pop(endpoint_id, None)
        if found is not None:
            self._known[endpoint_id] = (self._monotonic() + self._max_age_seconds, found)
        return found

    def disable(self, endpoint_id: str, *, reason: str) -> None:
        """Send nothing more to an endpoint until an operator enables it."""
        self._known.pop(endpoint_id, None)
        with aws_errors("disabling the webhook endpoint"):
            self._client.put_parameter(
                Name=f"{self._names.disabled}/{endpoint_id}",
                Value=disabled_text(reason, at=self._clock()),
                Type="String",
                Overwrite=True,
            )

    def _read(self, endpoint_id: str) -> SigningEndpoint | None:
        names = self._names
        wanted = [f"{path}/{endpoint_id}" for path in (names.endpoints, names.disabled, names.secrets)]
        with aws_errors("reading the webhook endpoint"):
            answer = self._client.get_parameters(Names=wanted, WithDecryption=True)
        texts = {parameter["Name"]: parameter["Value"] for parameter in answer["Parameters"]}
        endpoint, disabled, secrets = (texts.get(name) for name in wanted)
        if endpoint is None:
            return None
        if secrets is None:
            raise OperatorError(f"the webhook endpoint {endpoint_id} has no secrets: rotate them")
        return SigningEndpoint(
            endpoint=Endpoint.from_text(endpoint_id, endpoint, disabled=disabled),
            secrets=Secrets.from_text(endpoint_id, secrets),
        )


class SsmEndpointAdministration:
    """Add, change and remove endpoints, as an operator does. Raises TransientError and its kin likewise."""

    def __init__(self, client: Any, *, path: str, key_id: str) -> None:
        self._client = client
        self._names = EndpointNames(path=path)
        self._key_id = key_id

    def secrets(self, endpoint_id: str) -> Secrets | None:
        """Return an endpoint's secrets, None where there are none."""
        try:
            with aws_errors("reading the secrets of the webhook endpoint"):
                answer = self._client.get_parameter(
                    Name=f"{self._names.secrets}/{endpoint_id}", WithDecryption=True
                )
        except NotFoundError:
            return None
        return Secrets.from_text(endpoint_id, answer["Parameter"]["Value"])

    def write_secrets(self, endpoint_id: str, secrets: Secrets) -> None:
        """Keep an endpoint's secrets, encrypted with the pipeline's key."""
        with aws_errors("writing the secrets of the webhook endpoint"):
            self._client.put_parameter(
                Name=f"{self._names.secrets}/{endpoint_id}",
                Value=secrets.to_text(),
                Type="SecureString",
                KeyId=self._key_id,
                Overwrite=True,
            )

    def write(self, endpoint: Endpoint) -> None:
        """Keep what an endpoint is; from then on it is told of assets."""
        with aws_errors("writing the webhook endpoint"):
            self._client.put_parameter(
                Name=f"{self._names.endpoints}/{endpoint.endpoint_id}",
                Value=endpoint.to_text(),
                Type="String",
                Overwrite=True,
            )

    def enable(self, endpoint_id: str) -> None:
        """Let webhooks be sent to an endpoint again."""
        self._delete(f"{self._names.disabled}/{endpoint_id}")

    def remove(self, endpoint_id: str) -> None:
        """Remove an endpoint: first what tells of it, so that none is told without a signature."""
        for path in (self._names.endpoints, self._names.disabled, self._names.secrets):
            self._delete(f"{path}/{endpoint_id}")

    def _delete(self, name: str) -> None:
        try:
            with aws_errors("removing a parameter of the webhook endpoint"):
                self._client.delete_parameter(Name=name)
        except NotFoundError:
            return
