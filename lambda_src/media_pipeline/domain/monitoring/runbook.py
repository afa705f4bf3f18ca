"""The runbook: what each alarm means, where to look, what to do, and which repairs do it. Pure.

The documentation's table and the API's answer are made of it; a test compares it with the alarms.
"""

from collections.abc import Mapping, Sequence

from media_pipeline.domain.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Describe alarms that are handled alike; commands of the operator are in backticks.

    `redrives` are the queues whose dead letters go back once the cause is fixed; `replays` tells whether
    assets that failed are then replayed.
    """

    alarms: Sequence[str]
    means: str
    look_at: str
    then: str
    redrives: Sequence[str] = ()
    replays: bool = False
    with_delivery: bool = False


RUNBOOK: Sequence[Entry] = (
    Entry(
        alarms=["processing-dlq-not-empty"],
        means="uploads could not be submitted after all receives: a permission, a bug",
        look_at="`redrive processing --dry-run` names their assets; the log of `ingest_orchestrator` has "
        "the reason, by asset id",
        then="fix the cause, then `redrive processing`",
        redrives=["processing"],
    ),
    Entry(
        alarms=["captions-dlq-not-empty"],
        means="caption files could not be added to their videos after all receives; the videos play "
        "without them",
        look_at="`redrive captions --dry-run` names the files; the log of `ingest_orchestrator`",
        then="fix the cause, then `redrive captions`",
        redrives=["captions"],
    ),
    Entry(
        alarms=["job-events-dlq-not-empty"],
        means="events of jobs could not be recorded",
        look_at="`redrive job-events --dry-run`; the log of `job_status_processor`",
        then="fix the cause, then `redrive job-events`; the reconciler may have repaired the assets "
        "meanwhile, and the redrive then changes nothing",
        redrives=["job-events"],
    ),
    Entry(
        alarms=["processing-oldest-message-age", "job-events-oldest-message-age"],
        means="the queue is not drained in time",
        look_at="that function's errors, throttles and duration on the dashboard",
        then="raise `processing_concurrency`, or fix what fails",
    ),
    Entry(
        alarms=["captions-oldest-message-age", "captions-queue-depth"],
        means="caption files wait; videos don't, and play without them meanwhile",
        look_at="the log of `ingest_orchestrator`, whose lines name the files",
        then="in a planned bulk upload: wait, two are processed at a time. Otherwise find who uploads so "
        "many, or fix what fails",
    ),
    Entry(
        alarms=["processing-queue-depth", "job-events-queue-depth"],
        means="more arrives than is processed",
        look_at="the alarm `messages-slowed-down`; jobs in flight compared with `max_jobs_in_flight`",
        then="in a planned bulk upload: wait. Otherwise raise `max_jobs_in_flight` and MediaConvert's "
        "quota, or `processing_concurrency`",
    ),
    Entry(
        alarms=["ingest-orchestrator-errors", "job-status-processor-errors", "reconciler-errors"],
        means="whole invocations fail: crash, timeout, memory",
        look_at="the log group for `ERROR`, `Task timed out`, `Runtime exited`",
        then="raise `function_timeout_seconds` or `function_memory_mb`, or roll back; messages return "
        "automatically",
    ),
    Entry(
        alarms=["ingest-orchestrator-throttles", "job-status-processor-throttles", "reconciler-throttles"],
        means="Lambda refuses to run the function",
        look_at="ConcurrentExecutions compared with the reserved concurrency and the account's quota",
        then="raise the quota, or lower other functions' reservations",
    ),
    Entry(
        alarms=["job-failure-rate"],
        means="too many assets end as `FAILED`",
        look_at="`list --status FAILED --newer-than 1h`: one code for all points at permissions, presets or "
        "a producer",
        then="fix the cause, then `replay --status FAILED --code <code> --newer-than 1h`",
        replays=True,
    ),
    Entry(
        alarms=[
            "ingest-orchestrator-recursion-dropped",
            "job-status-processor-recursion-dropped",
            "reconciler-recursion-dropped",
        ],
        means="Lambda took messages that keep returning for an endless loop, and stopped them",
        look_at="`aws lambda get-function-recursion-config --function-name <function>`: it has to say "
        "`Allow` for the first two",
        then="deploy again, then `redrive processing`, `redrive captions` or `redrive job-events`",
        redrives=["processing", "captions", "job-events"],
    ),
    Entry(
        alarms=[
            "uploads-created-rule-fails",
            "captions-uploaded-rule-fails",
            "job-state-changed-rule-fails",
            "reconciler-schedule-rule-fails",
        ],
        means="EventBridge can't deliver to the rule's target: a permission, the key or the target is "
        "missing",
        look_at="the attributes `ERROR_CODE` and `ERROR_MESSAGE` of a message in `processing-dlq`, "
        "`captions-dlq`, `job-events-dlq` or `reconciler-schedule-dlq` (`aws sqs receive-message "
        "--message-attribute-names All`, with an administrator's permissions); without a message, "
        "that queue is forbidden as well",
        then="deploy again, then `redrive processing`, `redrive captions` or `redrive job-events`; what "
        "is lost is found by the reconciler, or by `backfill`",
        redrives=["processing", "captions", "job-events"],
    ),
    Entry(
        alarms=["reconciler-runs-undelivered"],
        means="runs of the reconciler were not delivered in the last day",
        look_at="as above, in `reconciler-schedule-dlq`",
        then="deploy again; nothing has to be redriven. Purge that queue, or wait a day",
    ),
    Entry(
        alarms=["reconciler-not-finishing"],
        means="no run of the reconciler has finished for three intervals: what is lost is not repaired. "
        "After a first deployment it is on until the first run has ended",
        look_at="the two rows above, `reconciler-errors`, `reconciler-throttles`; the log for `Task timed "
        "out`",
        then="deploy again, or raise `reconciler_timeout_seconds`; the next run catches up",
    ),
    Entry(
        alarms=["stuck-assets"],
        means="assets are unfinished and the reconciler could not repair them",
        look_at="`list --status RECEIVED SUBMITTED PROCESSING VERIFYING --older-than 1h`, `show <asset "
        "id>`; the reconciler's log",
        then="fix the cause: the reconciler tries again. An asset that can't be repaired: `cancel <asset "
        "id>`, then `replay <asset id>`",
    ),
    Entry(
        alarms=["messages-slowed-down"],
        means="AWS keeps throttling or failing; uploads wait, each for up to 15 minutes at a time",
        look_at="the functions' logs for `ThrottledError` and `TransientError`; MediaConvert's quotas",
        then="raise the quota, or lower `max_jobs_in_flight` and `processing_concurrency`; nothing needs "
        "repair afterwards",
    ),
    Entry(
        alarms=["sources-refused"],
        means="AWS does not let the pipeline read uploads (Probe answers 403, or S3 refuses the file): "
        "they wait, nothing is lost",
        look_at="`show <asset id>`; the log of `ingest_orchestrator` has AWS's message",
        then="all uploads: repair the role of `ingest_orchestrator`; some: allow it the KMS key that "
        "they were encrypted with. They continue within 15 minutes; what S3 refuses for two days "
        "fails with `SOURCE_ACCESS_DENIED`",
    ),
    Entry(
        alarms=["cap-reached"],
        means="what may be spent on encoding (by one asset, in a day or month, by an uploader) is spent: new "
        "uploads wait, however long; jobs in flight continue",
        look_at="`caps show`; the log of `ingest_orchestrator` for `CapReachedError`, which names the cap",
        then="`caps raise --day USD` (`--month USD`, `--uploader PREFIX=USD`), which holds until the day or "
        "month ends (UTC); for good raise `asset_cap_cents`, `day_cap_cents`, `month_cap_cents` or "
        "`uploader_caps` and deploy; or wait for the next day or month: what waits continues within 15 "
        "minutes",
    ),
    Entry(
        alarms=["unknown-sources"],
        means="a large share of jobs was submitted without knowing the source, since Probe failed or took "
        "too long for half an hour: they have the source's size and one rung",
        look_at="`show <asset id>`: `source_info` has the reason (`fallback`)",
        then="wait until MediaConvert's Probe answers again, then `replay <asset id>` where the ladder "
        "matters",
    ),
    Entry(
        alarms=["presets-invalid"],
        means="encoding presets or profiles are missing or have errors: new uploads wait, however long; "
        "jobs in flight continue",
        look_at="`presets`, or the notification: each error with its field, value and range",
        then="fix the SSM parameters (or deploy the presets again): functions read them within a minute, "
        "and the last waiting upload returns within 15",
    ),
    Entry(
        alarms=["api-server-errors"],
        means="the API answers with server errors",
        look_at="the access log, for status and `function_id`; the function's log, for that request: `AWS "
        "could not answer` (throttled) or `The deployment is at fault` (a permission, a missing resource)",
        then="raise the quota, or deploy again",
        with_delivery=True,
    ),
    Entry(
        alarms=["api-latency"],
        means="the slowest requests to the API take too long",
        look_at="on the dashboard, latency in all compared with that in its function; DynamoDB's throttling",
        then="raise `function_memory_mb`, or `api.concurrency` where requests wait",
        with_delivery=True,
    ),
    Entry(
        alarms=["api-errors", "api-throttles", "api-recursion-dropped"],
        means="the API's function crashed, or Lambda did not run it",
        look_at="its log group for `ERROR` and `Task timed out`; ConcurrentExecutions",
        then="roll back, or raise `api.concurrency`",
        with_delivery=True,
    ),
    Entry(
        alarms=["webhooks-dlq-not-empty"],
        means="webhooks were not taken for a day, or their endpoint's address is not public; or `fan_out` "
        "gave up changes, which a message names (`DDBStreamBatchInfo`)",
        look_at="`redrive webhooks --dry-run` names endpoints and assets; the log of `webhook_sender`, or "
        "of `fan_out`",
        then="ask the endpoint's owner, then `redrive webhooks`. For changes that were given up: fix the "
        "cause, `webhooks announce --newer-than 1d`, then `redrive webhooks --foreign drop`",
        redrives=["webhooks"],
        with_delivery=True,
    ),
    Entry(
        alarms=["webhooks-oldest-message-age", "webhooks-queue-depth"],
        means="webhooks wait; assets don't",
        look_at="on the dashboard, which are delivered, failed and postponed; the log of `webhook_sender`, "
        "whose lines name the endpoint",
        then="wait for the endpoint, or remove it (`webhooks remove <id>`); raise `webhooks.concurrency` "
        "where all endpoints answer",
        with_delivery=True,
    ),
    Entry(
        alarms=[
            *("fan-out-errors", "fan-out-throttles", "fan-out-recursion-dropped"),
            *("webhook-sender-errors", "webhook-sender-throttles", "webhook-sender-recursion-dropped"),
        ],
        means="a function of webhooks crashed, or Lambda did not run it",
        look_at="its log group for `ERROR` and `Task timed out`; ConcurrentExecutions",
        then="roll back, or deploy again; changes and messages return automatically",
        with_delivery=True,
    ),
    Entry(
        alarms=["fan-out-iterator-age"],
        means="changes of the assets table are announced late",
        look_at="the log of `fan_out` for `comes again`, with the reason",
        then="fix the cause within the hour: after it the change is given up, see `webhooks-dlq-not-empty`",
        with_delivery=True,
    ),
    Entry(
        alarms=["webhook-endpoint-disabled"],
        means="an endpoint answered 410 and is sent nothing more",
        look_at="`webhooks list`",
        then="ask its owner: `webhooks remove <id>`, or `webhooks enable <id>` and `webhooks announce "
        "--newer-than 7d`",
        with_delivery=True,
    ),
    Entry(
        alarms=["pipeline-unhealthy"],
        means="at least one of the above is on",
        look_at="the dashboard's first row",
        then="follow that alarm's row",
    ),
)


def by_alarm() -> Mapping[str, Entry]:
    """Return each alarm's entry by the alarm's name."""
    return {name: entry for entry in RUNBOOK for name in entry.alarms}
