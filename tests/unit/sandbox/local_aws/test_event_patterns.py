"""Event patterns on the local AWS: it matches as EventBridge does, and refuses what EventBridge refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from media_pipeline.domain.uploads.filter import spellings
from media_pipeline.domain.uploads.ignored_names import rule_suffixes
from stacks.settings import ENVIRONMENTS

Client = Callable[[str], Any]


def matches(client: Client, test: Any, key: str) -> bool:
    """Ask the local AWS whether an event about a key matches."""
    event = {
        "id": "1",
        "account": "000000000000",
        "source": "aws.s3",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail-type": "Object Created",
        "detail": {"object": {"key": key}},
    }
    pattern = {"detail": {"object": {"key": [test]}}}
    answer = client("events").test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
    return bool(answer["Result"])


@pytest.mark.parametrize(
    ("key", "lets_through"),
    [
        ("in/film.mp4", True),
        ("film.MOV", True),
        ("in/notes.txt", True),
        ("in/film", True),
        ("in/film.mp4.part", False),
        ("in/folder/", False),
        ("in/.DS_Store", False),
        # Letter case counts, and so do names at the top: the functions pass over them.
        ("in/film.mp4.PART", True),
        (".DS_Store", True),
        # Caption files have a rule of their own.
        ("in/film.en.srt", False),
        ("in/film.Vtt", False),
        ("in/._film.mp4", True),
    ],
)
def test_the_rule_of_uploads_keeps_back_ends_of_keys(client: Client, key: str, lets_through: bool) -> None:
    """`anything-but` of a list of suffixes matches what ends in none of them."""
    settings = ENVIRONMENTS["dev"]
    ends = [*rule_suffixes(settings.ignored_names), *spellings(settings.caption_suffixes)]
    assert matches(client, {"anything-but": {"suffix": ends}}, key) is lets_through


@pytest.mark.parametrize(
    "test",
    [
        {"anything-but": {"suffix": [""]}},
        {"anything-but": {"suffix": []}},
        {"anything-but": {"suffix": ".part", "prefix": "._"}},
        {"anything-but": {"ends-with": ".part"}},
        {"wildcard": "a**b"},
    ],
    ids=["empty suffix", "no suffix", "two operators", "unknown operator", "two wildcards in a row"],
)
def test_a_pattern_that_eventbridge_refuses_is_refused(client: Client, test: Any) -> None:
    """Source: Amazon EventBridge User Guide, "Comparison operators for use in event patterns"."""
    with pytest.raises(ClientError) as refused:
        client("events").put_rule(
            Name="refused", EventPattern=json.dumps({"detail": {"object": {"key": [test]}}})
        )
    assert refused.value.response["Error"]["Code"] == "InvalidEventPatternException"
