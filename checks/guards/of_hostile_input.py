"""The guards of what others choose: messages of others are none of ours, and secrets are not written down."""

from checks.guards.guard import Guard, code, guard

GUARDS: tuple[Guard, ...] = (
    guard(
        "Events of other accounts and regions are refused",
        code(
            "handlers/sqs_batch",
            "                check_origin(record.body, queue_arn=record.event_source_arn)\n",
            "",
        ),
        held_by="fuzz/test_fuzz_handlers",
    ),
    guard(
        "What is no batch is refused",
        code("handlers/sqs_batch", "    _check_batch(event)\n", ""),
        held_by="unit/lambda/test_handlers",
    ),
    guard(
        "An error's words can be recorded",
        code("domain/events", '    return text.encode(errors="replace").decode()\n', "    return text\n"),
        held_by="property/test_events",
    ),
    guard(
        "The log has no secrets",
        code("telemetry", "within(redacted(dict(entry)), ", "within(dict(entry), "),
        held_by="unit/lambda/test_redaction",
    ),
    guard(
        "Notifications have no secrets",
        code("adapters/preset_store", "within(redacted(dict(message)), ", "within(dict(message), "),
        held_by="unit/lambda/test_redaction",
    ),
    guard(
        "Records have no secrets but a key",
        code("domain/asset", "cut(redacted_text(self.message), ", "cut(self.message, "),
        held_by="unit/lambda/test_redaction",
    ),
)
