"""Secrets in other people's words: none gets into a log line, a notification, a metric or a record."""

import json
from collections.abc import Callable
from io import StringIO
from logging import StreamHandler
from typing import Any

import pytest
from botocore.exceptions import ClientError

from media_pipeline.adapters.notifications import SnsNotifications
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.events import JobStatus
from media_pipeline.domain.redaction import REDACTED, redacted, redacted_text
from media_pipeline.domain.source import UnknownSource
from media_pipeline.telemetry import PipelineMetrics, logger
from tests.fuzz.messages import handled
from tests.support.asset_world import AssetWorld, change
from tests.support.ingest_world import IngestWorld, message

# Made up; of the form and length of the real ones.
SIGNATURE = "9f3c" * 16
ACCESS_KEY_ID = "ASIAQWERTYUIOPASDFGH"
SECRET_KEY = "wJalr/K7MDENG+bPxRfiCYzzzzzzzzzzzzzzzzzz"
TOKEN = "IQoJb3JpZ2luX2VjEJr" + "AbCd0123" * 20
SECRETS = (SIGNATURE, ACCESS_KEY_ID, SECRET_KEY, TOKEN)
PRESIGNED = (
    "https://uploads.s3.amazonaws.com/a.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    f"&X-Amz-Credential={ACCESS_KEY_ID}%2F20260102%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260102T030405Z"
    f"&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Security-Token={TOKEN}&X-Amz-Signature={SIGNATURE}"
)
TEXTS = (
    PRESIGNED,
    PRESIGNED.replace("=", "%3D").replace("&", "%26"),
    f"Authorization: AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/20260102, Signature={SIGNATURE}",
    f"https://b/a?AWSAccessKeyId={ACCESS_KEY_ID}&Signature={SIGNATURE}&Expires=1",
    f"AWS_SECRET_ACCESS_KEY={SECRET_KEY} AWS_SESSION_TOKEN='{TOKEN}'",
    f"aws_secret_access_key = {SECRET_KEY}",
    json.dumps({"AccessKeyId": ACCESS_KEY_ID, "SecretAccessKey": SECRET_KEY, "SessionToken": TOKEN}),
    json.dumps(json.dumps({"SecretAccessKey": SECRET_KEY, "SessionToken": TOKEN})),
    f"Authorization: Bearer {TOKEN}",
    f"x-amz-security-token: {TOKEN}",
)


def assert_clean(text: str) -> None:
    """Check that none of the secrets is in a text."""
    assert not [secret for secret in SECRETS if secret in text]


class Topic:
    """Be a client of SNS that remembers."""

    def __init__(self) -> None:
        self.published: list[dict[str, Any]] = []

    def publish(self, **request: Any) -> None:
        """Publish."""
        self.published.append(request)


@pytest.fixture
def log() -> Any:
    """Return what is logged."""
    written = StringIO()
    handler = logger.registered_handler
    assert isinstance(handler, StreamHandler)
    stream = handler.setStream(written)
    yield written
    handler.setStream(stream)


@pytest.mark.parametrize("text", TEXTS)
def test_secrets_are_taken_out_of_texts(text: str) -> None:
    """A presigned URL, a signed header and credentials lose their secrets, however they are written."""
    shown = redacted_text(f"before {text} after")
    assert_clean(shown)
    assert REDACTED in shown
    assert (shown.startswith("before "), shown.endswith(" after")) == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        "The input file ends unexpectedly: 1.00 s of its 2.00 s of video are there.",
        "s3://uploads/dir/a+b %.mp4",
        "arn:aws:iam::123456789012:role/media-pipeline-transcoder",
        "An error occurred (SignatureDoesNotMatch) when calling the PutObject operation",
        "a signature tune by ASIA, live in AKIAK.mp4",
        "0" * 32,
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Sentences, keys and names are as they were."""
    assert redacted_text(text) == text


def test_any_shape_is_looked_through() -> None:
    """Secrets are found in lists, in values and in names of fields."""
    assert_clean(json.dumps(redacted({PRESIGNED: [{"a": (PRESIGNED, 1, None)}]})))


def test_the_functions_own_credentials_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of the function's environment are found without any name beside them."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    assert_clean(redacted_text(f"what was {SECRET_KEY}? and {TOKEN}!"))


def failing(error: Exception) -> Callable[[str], None]:
    """Return a handler that fails."""

    def handle(body: str) -> None:
        logger.append_keys(asset_id=PRESIGNED)
        raise error

    return handle


@pytest.mark.parametrize(
    "error", [TransientError(PRESIGNED), KeyError(PRESIGNED), ValueError(TEXTS[6]), TransientError(TEXTS[4])]
)
def test_log_lines_carry_no_secrets(error: Exception, log: StringIO) -> None:
    """Expected and unexpected errors, with their stack traces, and fields leave no secret in the log."""
    logger.info(PRESIGNED, source=PRESIGNED, extra={"deep": {"deeper": [TEXTS[6]]}})
    try:
        failing(error)("")
    except Exception:
        logger.exception("The message returns to its queue after an unexpected error")
    logger.remove_keys(["asset_id"])
    written = log.getvalue()
    assert_clean(written)
    assert written.count(REDACTED) >= 4
    assert all(json.loads(line) for line in written.splitlines())


def test_a_key_like_a_presigned_url_is_reported_without_secrets(
    log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """An upload whose key holds a presigned URL is processed; only its record knows the key in full."""
    world = IngestWorld()
    key = f"dir/{PRESIGNED.partition('?')[2]}.mp4"
    topic = Topic()
    world.lifecycle.publisher.publish = SnsNotifications(topic, "topic").publish  # type: ignore[method-assign]
    with PipelineMetrics().published():
        assert handled(message(world.upload(key, size=0)), world.ingest.handle)
    assert world.asset.upload.key == key
    assert world.asset.status is AssetStatus.FAILED
    assert len(topic.published) == 1
    assert_clean(json.dumps(topic.published))
    assert_clean(log.getvalue() + capsys.readouterr().out)
    record = {
        name: value for name, value in world.table.records[world.asset.asset_id].items() if name != "key"
    }
    assert_clean(json.dumps(record))


def test_an_error_that_quotes_a_presigned_url_is_recorded_without(log: StringIO) -> None:
    """What MediaConvert says of its failure may quote its source's URL: record and news lack its secrets."""
    world = AssetWorld()
    world.submit()
    topic = Topic()
    world.lifecycle.publisher.publish = SnsNotifications(topic, "topic").publish  # type: ignore[method-assign]
    world.changes.apply(change(JobStatus.ERROR, error_code=3450, error_message=f"Can't fetch {PRESIGNED}"))
    assert world.asset.status is AssetStatus.FAILED
    assert_clean(json.dumps(world.table.records) + json.dumps(topic.published) + log.getvalue())
    assert REDACTED in json.dumps(world.table.records)


def test_why_nothing_is_known_of_a_source_is_recorded_without() -> None:
    """The reason for a safe job is an error's text, too."""
    error = ClientError({"Error": {"Code": "InternalServerErrorException", "Message": PRESIGNED}}, "Probe")
    assert_clean(json.dumps(UnknownSource(reason=str(error)).as_record()))
