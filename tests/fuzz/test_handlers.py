"""Whatever a message holds, a handler answers, and expects all that happens."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import strategies as st

from media_pipeline.domain.errors import MalformedEventError, MediaPipelineError
from media_pipeline.handlers import ingest_orchestrator, job_status_processor, reconciler, wiring
from tests.fuzz.fuzzing import forged, fuzzed, scalars
from tests.fuzz.messages import JOB_EVENT, UPLOAD_EVENT, Log, texts
from tests.support.fakes import FakeQueue
from tests.support.lambda_invocation import ENVIRONMENT, Context, sqs_event
from tests.support.strategies import json_values

REFUSAL: Any = {
    "Error": {"Code": "AccessDenied", "Message": "no"},
    "ResponseMetadata": {"HTTPStatusCode": 403},
}


class Denied:
    """Be a client of any service that refuses every call."""

    meta = SimpleNamespace(region_name="us-east-1")

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(*_: Any, **request: Any) -> Any:
            json.dumps(request, ensure_ascii=False).encode()
            raise ClientError(REFUSAL, operation)

        return call


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Wire the three functions as they are deployed, but to an AWS that refuses everything."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for module in (ingest_orchestrator, wiring):
        monkeypatch.setattr(module, "aws_client", lambda *_, **__: Denied())
    for module in (ingest_orchestrator, job_status_processor, reconciler):
        module._wired.cache_clear()
    yield
    for module in (ingest_orchestrator, job_status_processor, reconciler):
        module._wired.cache_clear()


@fuzzed(body=st.one_of(texts, forged(UPLOAD_EVENT)))
def test_any_upload_message(body: str, functions: None) -> None:
    """The orchestrator, whatever the message, hands it back or is done, and expects all that happens."""
    assert_answers(ingest_orchestrator.handler, body)


@fuzzed(body=st.one_of(texts, forged(JOB_EVENT)))
def test_any_job_message(body: str, functions: None) -> None:
    """The status processor, whatever the message, hands it back or is done, the same way."""
    assert_answers(job_status_processor.handler, body)


def assert_answers(handler: Callable[[Any, Any], Any], body: str) -> None:
    """Invoke a function with one message."""
    queue = FakeQueue()
    queue.send(body)
    received = queue.receive()
    assert received is not None
    with Log() as log:
        answer = handler(sqs_event(received), Context())
    assert answer in ({"batchItemFailures": []}, {"batchItemFailures": [{"itemIdentifier": "message-1"}]})
    assert log.unexpected == []


@st.composite
def invocations(draw: st.DrawFn) -> Any:
    """Draw what a function may be invoked with: any JSON, or a batch with anything in its fields."""
    if draw(st.booleans()):
        return json.loads(json.dumps(draw(json_values | scalars)))
    queue = FakeQueue()
    queue.send(json.dumps(UPLOAD_EVENT))
    received = queue.receive()
    assert received is not None
    return json.loads(draw(forged(sqs_event(received, received))))


@fuzzed(
    event=invocations(), handler=st.sampled_from([ingest_orchestrator.handler, job_status_processor.handler])
)
def test_any_invocation(event: Any, handler: Callable[[Any, Any], Any], functions: None) -> None:
    """A consuming function answers a batch, and refuses what is none with an error of its own."""
    with Log() as log, suppress(MalformedEventError):
        answer = handler(event, Context())
        failures = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        assert set(failures) <= {record["messageId"] for record in event["Records"]}
    assert log.unexpected == []


@fuzzed(event=json_values | scalars)
def test_any_schedule(event: Any, functions: None) -> None:
    """The reconciler takes nothing from its event; an AWS that refuses it ends its run with its own error."""
    with Log(), suppress(MediaPipelineError):
        reconciler.handler(event, Context())  # type: ignore[arg-type]
