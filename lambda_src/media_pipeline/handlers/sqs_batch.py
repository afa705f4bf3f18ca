"""Handle a batch of SQS messages one by one: those that fail return to their queue, the others are done."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from media_pipeline.domain.errors import MalformedEventError, MediaPipelineError
from media_pipeline.services.redelivery import (
    FIRST_SENT_ATTRIBUTE,
    RENEWALS_ATTRIBUTE,
    FindRedelivery,
    Message,
)
from media_pipeline.telemetry import PipelineMetrics, logger

# What handlers add to each line of the log while they are at a message.
_MESSAGE_KEYS = ("asset_id", "job_id")
# Of a number in a message's attributes: counts, and seconds since 1970.
_MAX_DIGITS = 10

Event = TypeVar("Event")
Parsed = TypeVar("Parsed", covariant=True)


class Parse(Protocol[Parsed]):
    """What reads a message's body, once."""

    def __call__(self, body: str, *, queue_arn: str) -> Parsed:
        """Return the event of a message that came by this queue. Raises MalformedEventError."""
        ...


def handle_batch(
    event: dict[str, Any],
    context: LambdaContext,
    *,
    parse: Parse[Event],
    handle: Callable[[Event], object],
    redelivery: FindRedelivery,
    metrics: PipelineMetrics,
) -> dict[str, Any]:
    """Parse each message and handle its event; return which failed, in the form that Lambda expects.

    `redelivery` finds how messages of the queue that a message came by are postponed.

    A batch that fails as a whole is reported the same way: raising would count as an error of the function.

    Raises MalformedEventError where the function was invoked with something else than a batch of SQS.
    """
    _check_batch(event)
    logger.set_correlation_id(context.aws_request_id)

    def handle_record(record: SQSRecord) -> None:
        with logger.append_context_keys(message_id=record.message_id):
            try:
                handle(parse(record.body, queue_arn=record.event_source_arn))
            except MediaPipelineError as error:
                logger.warning(
                    "The message returns to its queue", error=type(error).__name__, reason=str(error)
                )
                if not _postponed(redelivery, record, error):
                    raise
            except Exception:
                logger.exception("The message returns to its queue after an unexpected error")
                raise
            finally:
                logger.remove_keys(_MESSAGE_KEYS)

    with metrics.published():
        response = process_partial_response(
            event=event,
            record_handler=handle_record,
            processor=BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
            context=context,
        )
    return dict(response)


def _check_batch(event: object) -> None:
    """Check that each message has what is read of it: only Lambda itself writes those fields."""
    records = event.get("Records") if isinstance(event, dict) else None
    if not isinstance(records, list) or not records or not all(_is_message(record) for record in records):
        raise MalformedEventError("the function was invoked with something else than SQS messages")


def _is_message(record: object) -> bool:
    if not isinstance(record, dict) or not isinstance(record.get("attributes"), dict):
        return False
    texts = (record.get(name) for name in ("messageId", "receiptHandle", "body", "eventSourceARN"))
    receives = record["attributes"].get("ApproximateReceiveCount")
    return all(isinstance(text, str) for text in texts) and isinstance(receives, str) and receives.isdecimal()


def _postponed(redelivery: FindRedelivery, record: SQSRecord, error: MediaPipelineError) -> bool:
    try:
        return redelivery(queue_arn=record.event_source_arn).postpone(_message(record), error)
    except MediaPipelineError as failure:
        # Nothing is lost by it: the queue's own visibility timeout brings the message back.
        logger.warning("The message could not be postponed", reason=str(failure))
        return False


def _message(record: SQSRecord) -> Message:
    sent_at = record.raw_event["attributes"].get("SentTimestamp")
    # In milliseconds. Source: SQS API, ReceiveMessage, SentTimestamp
    sent_seconds = int(sent_at) // 1000 if isinstance(sent_at, str) and sent_at.isdecimal() else 0
    return Message(
        body=record.body,
        receipt_handle=record.receipt_handle,
        receive_count=int(record.attributes.approximate_receive_count),
        renewals=_number(record, RENEWALS_ATTRIBUTE),
        first_sent_at=_number(record, FIRST_SENT_ATTRIBUTE) or sent_seconds,
    )


def _number(record: SQSRecord, name: str) -> int:
    # Who may send messages writes their attributes as well.
    attributes = record.raw_event.get("messageAttributes")
    attribute = attributes.get(name) if isinstance(attributes, dict) else None
    text = str(attribute.get("stringValue", "")) if isinstance(attribute, dict) else ""
    return int(text) if text.isdecimal() and len(text) <= _MAX_DIGITS else 0
