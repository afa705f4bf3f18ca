"""`python -m tools.ops.unfinished_jobs QUEUE`: cancel what a queue that is to be deleted still has.

MediaConvert deletes no queue with unfinished jobs. When a destroy stops there, the functions, the table and
the parameter that the other commands need may be gone already: this one needs the queue's name alone.
"""

import sys
from typing import TYPE_CHECKING, Literal

import boto3

if TYPE_CHECKING:
    from mypy_boto3_mediaconvert import MediaConvertClient

_UNFINISHED: tuple[Literal["SUBMITTED", "PROGRESSING"], ...] = ("SUBMITTED", "PROGRESSING")


def cancel_all(mediaconvert: "MediaConvertClient", queue: str) -> int:
    """Cancel a queue's unfinished jobs; return how many. One that ends meanwhile is passed over."""
    cancelled = 0
    for status in _UNFINISHED:
        pages = mediaconvert.get_paginator("list_jobs").paginate(Queue=queue, Status=status)
        for job in [job for page in pages for job in page["Jobs"]]:
            try:
                mediaconvert.cancel_job(Id=job["Id"])
            except mediaconvert.exceptions.ConflictException:
                continue
            cancelled += 1
    return cancelled


def main(queue: str) -> None:
    """Cancel, and say how many were."""
    count = cancel_all(boto3.client("mediaconvert"), queue)
    print(f"Cancelled {count} unfinished job{'' if count == 1 else 's'} of the queue {queue}.")


if __name__ == "__main__":
    main(sys.argv[1])
