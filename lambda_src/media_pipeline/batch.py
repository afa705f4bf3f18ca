"""Handle a batch of SQS messages one by one: those that fail return to their queue, the others are done."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from media_pipeline.errors import MediaPipelineError
from media_pipeline.redelivery import RENEWALS_ATTRIBUTE, Message, Redelivery
from media_pipeline.telemetry import PipelineMetrics, logger

# What handlers add to each line of the log while they are at a message.
_MESSAGE_KEYS = ("asset_id", "job_id")


def handle_batch(
    event: dict[str, Any],
    context: LambdaContext,
    *,
    handle: Callable[[str], None],
    redelivery: Redelivery,
    metrics: PipelineMetrics,
) -> dict[str, Any]:
    """Give each message's body to `handle`; return which messages failed, in the form that Lambda expects.

    A batch that fails as a whole is reported the same way: raising would count as an error of the function.
    """
    logger.set_correlation_id(context.aws_request_id)

    def handle_record(record: SQSRecord) -> None:
        with logger.append_context_keys(message_id=record.message_id):
            try:
                handle(record.body)
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


def _postponed(redelivery: Redelivery, record: SQSRecord, error: MediaPipelineError) -> bool:
    try:
        return redelivery.postpone(_message(record), error)
    except MediaPipelineError as failure:
        # Nothing is lost by it: the queue's own visibility timeout brings the message back.
        logger.warning("The message could not be postponed", reason=str(failure))
        return False


def _message(record: SQSRecord) -> Message:
    attributes = record.raw_event.get("messageAttributes", {})
    renewals = attributes.get(RENEWALS_ATTRIBUTE, {}).get("stringValue", "0")
    return Message(
        body=record.body,
        receipt_handle=record.receipt_handle,
        receive_count=int(record.attributes.approximate_receive_count),
        renewals=int(renewals) if renewals.isdecimal() else 0,
    )
