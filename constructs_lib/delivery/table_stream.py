"""Invoke a function with the changes of a table, as the table's stream has them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from constructs_lib.bindings import (
    Construct,
    LambdaEventSourceMapping,
    LambdaEventSourceMappingDestinationConfig,
    LambdaEventSourceMappingDestinationConfigOnFailure,
    LambdaEventSourceMappingFilterCriteria,
    LambdaEventSourceMappingFilterCriteriaFilter,
)
from constructs_lib.function import Function
from constructs_lib.messaging import EventQueue
from constructs_lib.table import Table

# Source: Lambda API, CreateEventSourceMapping.FilterCriteria: up to 5 filters
MAX_FILTERS = 5


class TableStream(Construct):
    """A function's subscription to a table's changes, from the moment when it is made.

    The function returns the first change that it failed on (`ReportBatchItemFailures`), and Lambda takes the
    stream up there. A batch that fails as a whole is halved, until one change stands alone. A change that
    still fails after `max_record_age_seconds` is given up, for it holds up all behind it: the DLQ of
    `given_up` gets a message that names it. Source:
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        table: Table,
        function: Function,
        given_up: EventQueue,
        filters: Sequence[Mapping[str, Any]],
        batch_size: int,
        max_record_age_seconds: int,
    ) -> None:
        super().__init__(scope, id_)
        if not 1 <= len(filters) <= MAX_FILTERS:
            raise ValueError(f"a stream has 1 to {MAX_FILTERS} filters, not {len(filters)}")
        table.grant_read_stream(function.role)
        function.role.accept_finding(
            "RESOURCE_MISMATCH",
            about="'action': 'dynamodb:",
            reason="Parliament takes no colon in a stream's label, which is a time, and knows ListStreams "
            "for all tables alone; Lambda asks for it on the stream that it maps.",
        )
        given_up.grant_give_up(function.role)
        function.accept_no_dlq(
            reason="Changes that it gives up are named in a queue; a function's DLQ takes asynchronous "
            "invocations only, and this one has none."
        )
        LambdaEventSourceMapping(
            self,
            "Mapping",
            event_source_arn=table.stream_arn,
            function_name=function.arn,
            # A stream that is turned on is empty: what ended before is not announced. A mapping that is made
            # anew takes it up at its oldest change, so that none is passed over.
            starting_position="TRIM_HORIZON",
            batch_size=batch_size,
            bisect_batch_on_function_error=True,
            # As often as it takes within the age.
            maximum_retry_attempts=-1,
            maximum_record_age_in_seconds=max_record_age_seconds,
            function_response_types=["ReportBatchItemFailures"],
            filter_criteria=LambdaEventSourceMappingFilterCriteria(
                filter=[
                    LambdaEventSourceMappingFilterCriteriaFilter(pattern=json.dumps(pattern))
                    for pattern in filters
                ]
            ),
            destination_config=LambdaEventSourceMappingDestinationConfig(
                on_failure=LambdaEventSourceMappingDestinationConfigOnFailure(
                    destination_arn=given_up.dlq_arn
                )
            ),
            # Lambda checks at once that the role may read the stream.
            depends_on=function.role.permissions,
        )
