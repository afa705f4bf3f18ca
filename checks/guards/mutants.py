"""The semantic mutants: guards whose loss would cost uploads, money or secrets, each taken away."""

from checks.guards.semantic import Mutant

_DELIVERY = (
    Mutant(
        name="Throttling uses up no receives",
        within="Redelivery",
        find="message.receive_count < self._spared_receives",
        replace="True",
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
        name="A message that failed is kept",
        within="handle_batch",
        find="if not _postponed(redelivery, record, error):\n    raise",
        replace="_postponed(redelivery, record, error)",
        tests=("handlers/test_functions",),
    ),
)

_CLAIMS = (
    Mutant(
        name="A held claim is not taken over",
        within="decide_claim",
        find="asset.claimed_until > timestamp(now)",
        replace="False",
        tests=("services/test_ingest_once",),
    ),
    Mutant(
        name="A write under a claim needs the claim",
        within="_while_claimed",
        find='Condition("claimed_until", Check.EQUAL, asset.claimed_until)',
        replace='Condition("removed_at", Check.ABSENT)',
        tests=("contract/test_asset_table",),
    ),
    Mutant(
        name="A submission whose claim was lost is not made",
        within="Ingest",
        find='raise ClaimHeldError("the claim was lost before the job was submitted", seconds_left=1)',
        replace="pass",
        tests=("services/test_ingest_once",),
    ),
    Mutant(
        name="An invocation that takes over looks for a job",
        within="Ingest",
        find="bool(claim.asset.planned_outputs)",
        replace="False",
        tests=("services/test_ingest_once",),
    ),
    Mutant(
        name="One repair of several at once announces an upload",
        within="StuckAssets",
        find="not self.table.take_for_repair(asset, now=self.clock(), redelivery=True)",
        replace="False",
        tests=("services/test_stuck_assets",),
    ),
)

_ATTEMPTS = (
    Mutant(
        name="A step belongs to its attempt",
        within="Transition",
        find='Condition("attempt", Check.EQUAL, self.attempt)',
        replace='Condition("removed_at", Check.ABSENT)',
        tests=("services/test_attempts",),
    ),
    Mutant(
        name="COMPLETE comes from VERIFYING alone",
        within="_NEXT",
        find="frozenset(AssetStatus) - {AssetStatus.RECEIVED, AssetStatus.COMPLETE}",
        replace="frozenset(AssetStatus) - {AssetStatus.RECEIVED}",
        tests=("property/test_transitions",),
    ),
    Mutant(
        name="A request has its attempt's token",
        within="create_job",
        find='f"{asset.asset_id}-{asset.attempt}"',
        replace="asset.asset_id",
        tests=("adapters/test_adapters",),
    ),
    Mutant(
        name="A search for a job knows the attempt",
        within="find_job",
        find='job.get("UserMetadata") == wanted',
        replace='job.get("UserMetadata", {}).get("asset_id") == asset.asset_id',
        tests=("adapters/test_adapters",),
    ),
)

_ENDS = (
    Mutant(
        name="An event is not believed before MediaConvert confirms it",
        within="JobStateChanges",
        find="event if is_believed else self._confirmed(event)",
        replace="event",
        tests=("services/test_job_state_changes",),
    ),
    Mutant(
        name="Nothing is complete without its outputs",
        within="JobStateChanges",
        find="verification.error is not None",
        replace="False",
        tests=("services/test_job_state_changes",),
    ),
    Mutant(
        name="A job that may have read a newer file completes nothing",
        within="JobStateChanges",
        find="self._end_as_superseded(asset, change) or self._verify(asset, change)",
        replace="self._verify(asset, change)",
        tests=("services/test_superseded",),
    ),
    Mutant(
        name="The notification of an end is sent once",
        within="Lifecycle",
        find="not asset.is_terminal or asset.notified_at is not None",
        replace="not asset.is_terminal",
        tests=("services/test_lifecycle",),
    ),
    Mutant(
        name="A damaged file is quarantined",
        within="Lifecycle",
        find="quarantines(asset.error.code)",
        replace="False",
        tests=("adapters/test_quarantine",),
    ),
    Mutant(
        name="An uploader's tags are kept in quarantine",
        within="with_quarantine",
        find="{**theirs, **dict(list(ours.items())[: max(0, room)])}",
        replace="ours",
        tests=("adapters/test_quarantine",),
    ),
)

_SWEEP = (
    Mutant(
        name="The sweep gives an event time to arrive",
        within="UploadSweep",
        find="since <= stored.modified_at < now - grace",
        replace="since <= stored.modified_at < now",
        tests=("services/test_swept_uploads",),
    ),
    Mutant(
        name="A sweep remembers when it began",
        within="UploadSweep",
        find="cursor.began_at is None",
        replace="True",
        tests=("services/test_upload_sweep",),
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
    Mutant(
        name="Notifications have no secrets",
        within="publish",
        find="redacted(dict(message))",
        replace="dict(message)",
        tests=("domain/test_redaction",),
    ),
    Mutant(
        name="Records have no secrets",
        within="AssetError",
        find="cut(redacted_text(self.message), MAX_DETAIL_BYTES)",
        replace="cut(self.message, MAX_DETAIL_BYTES)",
        tests=("domain/test_redaction",),
    ),
)

_PRESETS = (
    Mutant(
        name="The last good presets do not stand in for invalid ones",
        within="load",
        find="self._current, age = invalid, self._max_fault_age_seconds",
        replace="self._current, age = self._current or invalid, self._max_fault_age_seconds",
        tests=("adapters/test_preset_store",),
    ),
)

_CAPTIONS = (
    Mutant(
        name="Captions of an asset that is being verified wait",
        within="LateCaptions",
        find="status is AssetStatus.VERIFYING",
        replace="False",
        tests=("publishing/test_captions_crash",),
    ),
)

MUTANTS: tuple[Mutant, ...] = (
    *_DELIVERY,
    *_CLAIMS,
    *_ATTEMPTS,
    *_ENDS,
    *_SWEEP,
    *_SECRETS,
    *_PRESETS,
    *_CAPTIONS,
)
