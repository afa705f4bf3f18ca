"""An upload that waits in a long queue is not lost: while there is a backlog, nothing is announced again.

Otherwise each run of the reconciler would lengthen the queue by what it finds waiting in it.
"""

from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.domain.ports import Queue
from media_pipeline.telemetry import logger

# A function of the smallest concurrency (2) that takes 3 s an upload works them off within a quarter of an
# hour, before they count as overdue.
MAX_WAITING = 500


def has_backlog(queue: Queue) -> bool:
    """Tell whether uploads wait because there are many of them; where that is unknown, they may."""
    try:
        waiting = queue.waiting()
    except MediaPipelineError as error:
        logger.warning("The processing queue could not be measured", reason=str(error))
        return True
    if waiting > MAX_WAITING:
        logger.info("Uploads wait their turn: none is announced again", waiting=waiting)
        return True
    return False
