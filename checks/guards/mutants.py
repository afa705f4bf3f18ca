"""The semantic mutants: guards whose loss would cost uploads, money or secrets, each taken away."""

from checks.guards.semantic import Mutant

_DELIVERY = (
    Mutant(
        name="Throttling uses up no receives",
        within="Redelivery.postpone",
        find="message.receive_count < self._spared_receives",
        replace="True",
        tests=("services/test_redelivery",),
    ),
    Mutant(
        name="A message is not sent anew for ever",
        within="Redelivery.postpone",
        find="message.renewals >= MAX_RENEWALS",
        replace="False",
        tests=("services/test_redelivery",),
    ),
    Mutant(
        name="A held claim hides its message until its end",
        within="Redelivery.postpone",
        find="isinstance(error, ClaimHeldError | TooEarlyError)",
        replace="False",
        tests=("services/test_redelivery",),
    ),
    Mutant(
        name="What waiting does not cure ends in the dead-letter queue",
        within="Redelivery.postpone",
        find="not isinstance(error, TransientError) or isinstance(error, OperatorError)",
        replace="not isinstance(error, TransientError)",
        tests=("services/test_redelivery",),
    ),
    Mutant(
        name="Invalid presets burn no receives",
        within="Redelivery.postpone",
        find="isinstance(error, WaitsForOperatorError)",
        replace="False",
        tests=("services/test_redelivery",),
    ),
)

_JOBS = (
    Mutant(
        name="A request has its attempt's token",
        within="Transcoder.create_job",
        find='f"{asset.asset_id}-{asset.attempt}"',
        replace="asset.asset_id",
        tests=("adapters/test_adapters",),
    ),
    Mutant(
        name="A search for a job knows the attempt",
        within="Transcoder.find_job",
        find='job.get("UserMetadata") == wanted',
        replace='job.get("UserMetadata", {}).get("asset_id") == asset.asset_id',
        tests=("adapters/test_adapters",),
    ),
)

_ENDS = (
    Mutant(
        name="The notification of an end is sent once",
        within="Lifecycle.announce",
        find="not asset.is_terminal or asset.notified_at is not None",
        replace="not asset.is_terminal",
        tests=("services/test_lifecycle",),
    ),
    Mutant(
        name="An uploader's tags are kept in quarantine",
        within="with_quarantine",
        find="{**theirs, **dict(list(ours.items())[: max(0, room)])}",
        replace="ours",
        tests=("adapters/test_quarantine",),
    ),
)

_SECRETS = (
    Mutant(
        name="The log has no secrets",
        within="log_line",
        find="redacted(dict(entry))",
        replace="dict(entry)",
        tests=("domain/test_redaction",),
    ),
)

_CAPTIONS = (
    Mutant(
        name="Readings of a caption file that differ are no certainty",
        within="_most_usual",
        find="[first] if is_one_script and _oddities(first) < _oddities(other) else []",
        replace="[best]",
        tests=("publishing/test_caption_encoding",),
    ),
)

MUTANTS: tuple[Mutant, ...] = (*_DELIVERY, *_JOBS, *_ENDS, *_SECRETS, *_CAPTIONS)
