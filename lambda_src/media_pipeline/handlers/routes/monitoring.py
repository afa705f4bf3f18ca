"""Routes of operators: how the pipeline is, and the repairs that its runbook names."""

from datetime import timedelta

from media_pipeline.domain.delivery.access import Access
from media_pipeline.domain.failures import replay_helps
from media_pipeline.domain.monitoring.dead_letters import QUEUES
from media_pipeline.domain.problems import RequestProblem
from media_pipeline.handlers.routes.operation import Answer, Call, Operation, Parameter, Routes, time_left
from media_pipeline.handlers.routes.schemas import COUNT, TEXT, TIME, USD, a_list, an_object

ROUTES = Routes()

# A function of an HTTP API has less than 30 seconds. What is left is for the next request. Source:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
REPAIR_SECONDS = 12
# So many a request: each message is sent and deleted, each asset read, changed and announced.
LETTERS_AT_ONCE, ASSETS_AT_ONCE = 100, 100
LETTERS_PER_SECOND = 20
MAX_HOURS = 30 * 24

_QUEUE = {**TEXT, "enum": list(QUEUES)}
_PARTS = {**TEXT, "enum": ["queues", "jobs", "spending", "alarms", "charts"]}
_POINT = an_object({"at": TIME, "value": COUNT})
_SERIES = an_object(
    {
        "label": TEXT,
        "points": {**a_list(_POINT), "description": "Periods without data have none."},
        "replay_helps": {"type": "boolean", "description": "Of a failure's code."},
    },
    optional=("replay_helps",),
)
CHART = an_object(
    {
        "name": {**TEXT, "enum": ["queue_depth", "queue_age", "dead_letters", "assets", "failures"]},
        "unit": {**TEXT, "enum": ["messages", "seconds", "assets"]},
        "period_seconds": {"type": "integer", "minimum": 1},
        "since": TIME,
        "until": TIME,
        "series": a_list(_SERIES),
    },
    description="Series of CloudWatch over the last day; `failures` has one for each code.",
)
ALARM = an_object(
    {
        "name": TEXT,
        "state": {**TEXT, "enum": ["ALARM", "INSUFFICIENT_DATA", "OK"]},
        "since": TIME,
        "description": TEXT,
        "reason": {**TEXT, "description": "CloudWatch's words."},
        "runbook": an_object({"means": TEXT, "look_at": TEXT, "then": TEXT}),
        "redrives": {**a_list(_QUEUE), "description": "Whose dead letters go back once the cause is fixed."},
        "replays": {"type": "boolean", "description": "Whether failed assets are then replayed, by code."},
    },
    description="An alarm with its row of the runbook.",
)
MONITORING = an_object(
    {
        "at": TIME,
        "unavailable": {**a_list(_PARTS), "description": "What AWS does not answer for now."},
        "queues": a_list(
            an_object({"name": _QUEUE, "waiting": COUNT, "in_flight": COUNT, "dead_letters": COUNT})
        ),
        "jobs": an_object({"in_flight": COUNT, "limit": COUNT}),
        "spending": {
            **a_list(
                an_object(
                    {"period": {**TEXT, "enum": ["day", "month"]}, "spent_usd": USD, "cap_usd": USD},
                    optional=("cap_usd",),
                )
            ),
            "description": "Of this day and month (UTC); not there without caps, where nothing is counted.",
        },
        "alarms": {**a_list(ALARM), "description": "Those that are on first."},
        "charts": a_list(CHART),
    },
    optional=("queues", "jobs", "spending", "alarms", "charts"),
    description="How the pipeline is, a few seconds ago.",
)


@ROUTES.serve(
    Operation(
        name="getMonitoring",
        method="GET",
        path="/monitoring",
        access=Access.OPERATOR,
        summary="Return how the pipeline is: queues, jobs, spending, alarms with their runbook, the last day",
        answer=MONITORING,
        answer_description="What is known of the pipeline.",
    )
)
def get_monitoring(call: Call) -> Answer:
    """Return how the pipeline is."""
    return Answer(body=call.parts.health.document())


@ROUTES.serve(
    Operation(
        name="redriveQueue",
        method="POST",
        path="/queues/{queue}/redrive",
        access=Access.OPERATOR,
        summary=f"Move up to {LETTERS_AT_ONCE} dead letters back to their queue",
        path_parameters=(
            Parameter(
                name="queue",
                description=f"Whose dead letters they are: {', '.join(QUEUES)}.",
                schema={**TEXT, "minLength": 1, "maxLength": 64, "examples": list(QUEUES)},
                is_required=True,
            ),
        ),
        answer=an_object(
            {
                "moved": COUNT,
                "left": {**COUNT, "description": "Messages that no function can read: they stay."},
                "is_all": {"type": "boolean", "description": "Whether none is left for another request."},
            }
        ),
        answer_description="The messages are on their queue again.",
        problems=("UNKNOWN_QUEUE",),
    )
)
def redrive_queue(call: Call) -> Answer:
    """Move dead letters back."""
    from media_pipeline.services.operations.redrive import UnreadablePolicy

    queue = call.path["queue"]
    if queue not in QUEUES:
        raise RequestProblem("UNKNOWN_QUEUE", f"There is no queue {queue}.", field="queue")

    def watch(_: int) -> None:
        pass

    with call.parts.redrive(queue, per_second=LETTERS_PER_SECOND) as work:
        shown = work.preview(limit=LETTERS_AT_ONCE, on_received=watch)
        done = work.run(shown, unreadable=UnreadablePolicy.KEEP, on_done=watch)
    call.parts.health.forget()
    if done.error is not None:
        raise done.error
    left = sum(one.is_unreadable for one in shown)
    is_all = len(shown) < LETTERS_AT_ONCE and not done.expired
    return Answer(body={"moved": done.moved, "left": left, "is_all": is_all})


@ROUTES.serve(
    Operation(
        name="replayFailed",
        method="POST",
        path="/replays",
        access=Access.OPERATOR,
        summary=f"Begin another attempt of up to {ASSETS_AT_ONCE} assets that failed with a code",
        body=an_object(
            {
                "code": {**TEXT, "minLength": 1, "maxLength": 64, "examples": ["OUTPUTS_MISSING"]},
                "newer_than_hours": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_HOURS,
                    "description": "Those that failed within so many hours.",
                },
                "force": {"type": "boolean", "description": "Also where it can't help."},
            },
            optional=("force",),
        ),
        status=202,
        answer=an_object(
            {
                "begun": COUNT,
                "left_alone": {**COUNT, "description": "Changed meanwhile, or had all their attempts."},
                "is_all": {"type": "boolean", "description": "Whether none is left for another request."},
            }
        ),
        answer_description="The attempts have begun.",
        problems=("REPLAY_USELESS",),
    )
)
def replay_failed_assets(call: Call) -> Answer:
    """Begin another attempt of the assets that failed with a code."""
    from media_pipeline.services.operations.replays import replay_failed

    code, force = call.body["code"], call.body.get("force", False)
    if not force and not replay_helps(code):
        raise RequestProblem(
            "REPLAY_USELESS",
            f"Another attempt at the same file can't help ({code}); `force` begins one all the same.",
        )
    done = replay_failed(
        call.parts.table,
        call.parts.replay(force=force),
        code=code,
        newer_than=timedelta(hours=call.body["newer_than_hours"]),
        limit=ASSETS_AT_ONCE,
        clock=call.parts.clock,
        has_time=time_left(REPAIR_SECONDS),
    )
    call.parts.health.forget()
    return Answer(
        status=202, body={"begun": done.begun, "left_alone": done.left_alone, "is_all": done.is_all}
    )
