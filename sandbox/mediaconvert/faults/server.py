"""Put the endpoint together with the faults around it."""

from dataclasses import replace

from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.execution.runner import Media
from sandbox.mediaconvert.execution.slots import Slots
from sandbox.mediaconvert.faults.api import FaultyApi
from sandbox.mediaconvert.faults.events import FaultyEvents
from sandbox.mediaconvert.faults.jobs import FaultyJobs
from sandbox.mediaconvert.instant.media import instant_media
from sandbox.mediaconvert.instant.sources import Descriptions
from sandbox.mediaconvert.planning.input_check import CheckInput, check_documented
from sandbox.mediaconvert.resources.outbox import PublishEvents
from sandbox.mediaconvert.server import MediaConvert, ServiceSettings
from sandbox.runtime.fault_injection import Faults

# An instant job mostly waits for S3.
CONCURRENT_INSTANT_JOBS = 8


def faulty_service(
    settings: ServiceSettings,
    media: Media,
    publish_events: PublishEvents,
    faults: Faults,
    check: CheckInput = check_documented,
) -> MediaConvert:
    """Make an endpoint that does wrong what the faults say; without any, one that does nothing wrong.

    ``check`` is what instant jobs do to their inputs; all others do it in ``media.transcode``.
    """

    def concurrent_jobs() -> int:
        is_instant = faults.settings.mediaconvert.instant
        return max(settings.concurrent_jobs, CONCURRENT_INSTANT_JOBS if is_instant else 0)

    def health() -> Document:
        return {"lateEvents": events.late_count, "faults": faults.counts()}

    media = instant_media(media, lambda: faults.settings.mediaconvert.instant, Descriptions(), check)
    slots = Slots(concurrent_jobs)
    events = FaultyEvents(publish_events, faults, settings.state_dir / "late-events.json")
    return MediaConvert(
        settings,
        replace(media, transcode=FaultyJobs(media.transcode, faults, slots)),
        events,
        lambda application: FaultyApi(application, faults),
        slots=slots,
        more_health=health,
    )
