"""Guards of messages: which are read, when they come back, and what never uses up their receives."""

from checks.guards.semantic import Mutant

MUTANTS = (
    Mutant(
        name="Throttling uses up no receives",
        within="Redelivery",
        find="message.receive_count < self._spared_receives",
        replace="True",
        tests=("services/test_redelivery",),
    ),
    Mutant(
        name="A message that was sent anew is done",
        within="Redelivery.postpone",
        find="return True",
        replace="return False",
        tests=("services/test_redelivery",),
    ),
    Mutant(
        name="A message is not sent anew for ever",
        within="Redelivery",
        find="message.renewals >= MAX_RENEWALS",
        replace="False",
        tests=("services/test_redelivery",),
    ),
    Mutant(
        name="A held claim hides its message until its end",
        within="Redelivery",
        find="isinstance(error, ClaimHeldError | TooEarlyError)",
        replace="False",
        tests=("services/test_redelivery",),
    ),
    Mutant(
        name="What waiting does not cure ends in the dead-letter queue",
        within="Redelivery",
        find="not isinstance(error, TransientError) or isinstance(error, OperatorError)",
        replace="not isinstance(error, TransientError)",
        tests=("services/test_redelivery",),
    ),
    Mutant(
        name="Invalid presets burn no receives",
        within="Redelivery",
        find="isinstance(error, WaitsForOperatorError)",
        replace="False",
        tests=("services/test_redelivery",),
    ),
    Mutant(
        name="Waiting for presets leaves renewals for throttling",
        within="Redelivery",
        find="renewals = max(message.renewals, min(renewals, MAX_COUNTED_RENEWALS_FOR_OPERATOR))",
        replace="pass",
        tests=("services/test_redelivery",),
    ),
    Mutant(
        name="A message that failed is kept",
        within="handle_batch",
        find="if not _postponed(redelivery, record, error):\n    raise",
        replace="_postponed(redelivery, record, error)",
        tests=("handlers/test_functions",),
    ),
    Mutant(
        name="What is no batch of messages is refused",
        within="handle_batch",
        find="_check_batch(event)",
        replace="None",
        tests=("handlers/test_functions",),
    ),
    Mutant(
        name="Uploads of other accounts and regions are refused",
        within="parse_upload",
        find="check_origin(event, queue_arn=queue_arn)",
        replace="None",
        tests=("property/test_events",),
    ),
    Mutant(
        name="Job events of other accounts and regions are refused",
        within="parse_job_state_change",
        find="check_origin(event, queue_arn=queue_arn)",
        replace="None",
        tests=("property/test_events",),
    ),
    Mutant(
        name="The words of a job's error can be recorded",
        within="_words",
        find="text.encode(errors='replace').decode()",
        replace="text",
        tests=("property/test_events",),
    ),
)
