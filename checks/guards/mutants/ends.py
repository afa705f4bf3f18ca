"""Guards of what follows a job to its asset's end: events, verification, notifications, quarantine."""

from checks.guards.semantic import Mutant

_EVENTS = (
    Mutant(
        name="Events of jobs that are not the pipeline's change nothing",
        within="JobStateChanges._concerned",
        find="change.pipeline != self.pipeline",
        replace="False",
        tests=("services/test_job_state_changes",),
    ),
    Mutant(
        name="An event of an asset without a record is kept",
        within="JobStateChanges._concerned",
        find="raise UnknownAssetError("
        'f"job {change.job_id} names asset {change.asset_id}, which has no record")',
        replace="return None",
        tests=("services/test_job_state_changes",),
    ),
    Mutant(
        name="An event of another attempt or job changes nothing",
        within="JobStateChanges._concerned",
        find="asset.attempt != change.attempt or asset.job_id not in (None, change.job_id)",
        replace="False",
        tests=("services/test_job_state_changes",),
    ),
    Mutant(
        name="An event is not believed before MediaConvert confirms it",
        within="JobStateChanges",
        find="event if is_believed else self._confirmed(event)",
        replace="event",
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
        name="A job that was done before a newer file came is verified",
        within="JobStateChanges._end_as_superseded",
        find="asset.status is AssetStatus.VERIFYING",
        replace="False",
        tests=("services/test_superseded",),
    ),
    Mutant(
        name="Nothing is complete without its outputs",
        within="JobStateChanges",
        find="verification.error is not None",
        replace="False",
        tests=("services/test_job_state_changes",),
    ),
    Mutant(
        name="Verification looks at every file that was planned",
        within="_Check.exist",
        find="not self.sizes.get(key)",
        replace="False",
        tests=("services/test_verification",),
    ),
)

_NOTIFICATIONS = (
    Mutant(
        name="An end that was not recorded is not counted",
        within="Lifecycle.finish",
        find="if finished is None:\n    return False",
        replace="finished = finished or asset",
        tests=("services/test_lifecycle",),
    ),
    Mutant(
        name="What has not ended is not announced",
        within="Lifecycle",
        find="not asset.is_terminal or asset.notified_at is not None",
        replace="asset.notified_at is not None",
        tests=("services/test_lifecycle",),
    ),
    Mutant(
        name="The notification of an end is sent once",
        within="Lifecycle",
        find="not asset.is_terminal or asset.notified_at is not None",
        replace="not asset.is_terminal",
        tests=("services/test_lifecycle",),
    ),
    Mutant(
        name="A notification is sent before it is recorded as sent",
        within="Lifecycle.announce",
        find="quarantined = self._apply_quarantine(asset)",
        replace="quarantined = self._apply_quarantine(asset)\n"
        "self.table.note_notified(asset, now=self.clock())",
        tests=("services/test_ingest",),
    ),
    Mutant(
        name="The next run begins where a notification could not be sent",
        within="PendingNotifications.run",
        find="logger.warning('Not told of', asset_id=ended.asset_id, reason=str(error))\n"
        "reached = min(reached, instant(ended.updated_at))",
        replace="pass",
        tests=("services/test_pending_notifications",),
    ),
    Mutant(
        name="The next run begins where the last one had no time",
        within="PendingNotifications.run",
        find="reached = min(reached, instant(ended.updated_at))\nbreak",
        replace="break",
        tests=("services/test_pending_notifications",),
    ),
    Mutant(
        name="Runs leave no gap between them",
        within="PendingNotifications.run",
        find="max(instant(last.reached), oldest) if last else oldest",
        replace="until - timedelta(seconds=self.overdue_seconds)",
        tests=("services/test_pending_notifications",),
    ),
)

_QUARANTINE = (
    Mutant(
        name="A damaged file is quarantined",
        within="Lifecycle",
        find="quarantines(asset.error.code)",
        replace="False",
        tests=("adapters/test_quarantine",),
    ),
    Mutant(
        name="The notification of a damaged file waits for its tags",
        within="Lifecycle._apply_quarantine",
        find="return self.uploads.quarantine(asset.upload, reason=asset.error.code)",
        replace="""
try:
    return self.uploads.quarantine(asset.upload, reason=asset.error.code)
except Exception:
    return False
""",
        tests=("adapters/test_quarantine",),
    ),
    Mutant(
        name="A file that is processed after all is released",
        within="Lifecycle._apply_quarantine",
        find="self.uploads.release(asset.upload)",
        replace="None",
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

MUTANTS = (*_EVENTS, *_NOTIFICATIONS, *_QUARANTINE)
