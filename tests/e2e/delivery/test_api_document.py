"""The deployed API keeps to its OpenAPI document, whoever asks: generated requests to every route.

What they change is of this module alone: uploads of people who have no others, and assets that are made here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from checks.docs.api import OPENAPI_PATH
from media_pipeline.handlers.routes.table import OPERATIONS
from tests.e2e.delivery.films import Film
from tests.e2e.people import GROUPS, People
from tests.e2e.pipeline import Pipeline
from tests.support.api_document import means_more_than_its_schema, operation_of

pytestmark = pytest.mark.phase("delivery")

# People of this name have nothing but what is made here.
NAME = "generated"
RANDOM_EXAMPLES = 5
TIMEOUT_SECONDS = 60
# What tells that not all was refused; left out are routes whose requests must be meant to succeed.
SUCCESSES = {
    "getHealth": 200,
    "getConfig": 200,
    "getDescription": 200,
    "listAssets": 200,
    "getAsset": 200,
    "listProfiles": 200,
    "listPresets": 200,
    "getUpload": 200,
    "abortUpload": 204,
    "removeAsset": 200,
    "playAsset": 200,
    "getMonitoring": 200,
}
SETTINGS: Mapping[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}

# With all that is at the edges of what schemas allow; and by chance alone.
thorough, random = (schemathesis.openapi.from_path(OPENAPI_PATH) for _ in range(2))
random.config.phases.coverage.enabled = False


@dataclass(frozen=True, slots=True)
class Known:
    """Hold what exists, for requests that are to find something, and how routes have answered so far.

    Attributes:
        film: An asset that nobody changes.
        replayed: One that failed.
        removed: Another one.
        uploads: By group, of who may upload; the second one is given up.
    """

    people: People
    film: str
    replayed: str
    removed: str
    uploads: Mapping[str, Sequence[str]]
    statuses: dict[str, set[int]]

    def ask(self, case: Case, group: str, **checks: Any) -> None:  # type: ignore[type-arg]
        """Send a generated request with the token of a group's member, and check the answer."""
        answer = case.call_and_validate(
            base_url=self.people.delivered.page_url.rstrip("/"),
            headers={"Authorization": f"Bearer {self.people.token(group, NAME)}"},
            timeout=TIMEOUT_SECONDS,
            **checks,
        )
        self.statuses.setdefault(operation_of(case).name, set()).add(answer.status_code)

    def in_path(self, operation: str, group: str) -> dict[str, str]:
        """Return what exists, by the parameters of paths."""
        assets = {"replayAsset": self.replayed, "removeAsset": self.removed, "cancelAsset": self.replayed}
        kept, given_up = self.uploads.get(group, self.uploads["uploader"])
        return {
            "asset_id": assets.get(operation, self.film),
            "upload_id": given_up if operation == "abortUpload" else kept,
            # No other test leaves dead letters there.
            "queue": "captions",
        }


@pytest.fixture(scope="module")
def known(people: People, pipeline: Pipeline, films: tuple[Film, Film]) -> Known:
    """Make assets that have failed, and uploads."""
    keys = [f"{NAME}/{number}.txt" for number in range(2)]
    versions = [pipeline.put(key, b"No video.\n") for key in keys]
    wanted = {"name": "film.mp4", "size_bytes": 1_000, "content_type": "video/mp4"}

    def begin(group: str) -> str:
        answer = people.delivered.call("POST", "/api/uploads", token=people.token(group, NAME), body=wanted)
        assert answer.status == 201, answer.body
        return str(answer.json()["upload_id"])

    uploads = {group: (begin(group), begin(group)) for group in ("uploader", "operator")}
    replayed, removed = (str(pipeline.ended(*each)["asset_id"]) for each in zip(keys, versions, strict=True))
    return Known(people, films[0].asset_id, replayed, removed, uploads, {})


def unjudged(case: Case) -> list[Any]:  # type: ignore[type-arg]
    """Return the checks that are no match for a route's schema, or for what stands before the API.

    CloudFront itself answers 403 to a method that it hands to no origin (TRACE). To all others the function
    answers, which the contract's tests hold.
    """
    more = [positive_data_acceptance] if means_more_than_its_schema(case) else []
    return [*more, unsupported_method]


@thorough.parametrize()
@settings(max_examples=RANDOM_EXAMPLES, **SETTINGS)
def test_operators_are_answered_as_documented(case: Case, known: Known) -> None:  # type: ignore[type-arg]
    """No answer is undocumented, and none is a server error, whatever is asked."""
    known.ask(case, "operator", excluded_checks=unjudged(case))


@pytest.mark.parametrize("group", [group for group in GROUPS if group != "operator"])
@random.parametrize()
@settings(max_examples=RANDOM_EXAMPLES, **SETTINGS)
def test_others_are_answered_as_documented(case: Case, group: str, known: Known) -> None:  # type: ignore[type-arg]
    """Nor where much is refused to who asks."""
    known.ask(case, group, excluded_checks=unjudged(case))


@pytest.mark.parametrize("group", GROUPS)
@random.parametrize()
@settings(max_examples=RANDOM_EXAMPLES, **SETTINGS)
def test_what_exists_is_answered_as_documented(case: Case, group: str, known: Known) -> None:  # type: ignore[type-arg]
    """Nor where the asset or the upload exists."""
    there = known.in_path(operation_of(case).name, group)
    case.path_parameters.update({name: there[name] for name in case.path_parameters})
    # What is in the path is not what the case was made with.
    known.ask(case, group, excluded_checks=[*unjudged(case), negative_data_rejection])


def test_not_all_was_refused(known: Known) -> None:
    """Each route whose requests need no sense of their own succeeded, and each of the others answered."""
    assert {name for name, status in SUCCESSES.items() if status not in known.statuses[name]} == set()
    assert known.statuses.keys() == {operation.name for operation in OPERATIONS}
