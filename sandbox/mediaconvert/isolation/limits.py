"""What one job, and one look at a file, may cost: anybody may have made the file.

A limit is far above what the pipeline's presets need of any video that people have, and far below what would
bring the machine down. What exceeds one ends as a failed job, whose message names the limit.
"""

from dataclasses import dataclass

GIB = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bound one child process.

    Attributes:
        stall_seconds: Without a sign of life, after which it counts as hanging.
        total_seconds: From its start to its end, by the clock.
        cpu_seconds: Of all its threads together.
        memory_bytes: That it can write to; the kernel refuses more.
        file_bytes: Of each file that it writes.
        folder_bytes: Of all files in the folder it works in.
        folder_files: In the folder it works in.
    """

    stall_seconds: float
    total_seconds: float
    cpu_seconds: int
    memory_bytes: int
    file_bytes: int
    folder_bytes: int
    folder_files: int


# A decoder holds up to 16 pictures and one for each thread, so 8192 x 8192 in 10 bits takes 3.5 GB. A film of
# two hours takes less than an hour; many threads count several times over in CPU time. Uploads have 20 GB at
# most, and a rung has less than its source; a film has some 10,000 segments and pictures.
TRANSCODE = Limits(
    stall_seconds=120.0,
    total_seconds=4 * 3600.0,
    cpu_seconds=48 * 3600,
    memory_bytes=6 * GIB,
    file_bytes=32 * GIB,
    folder_bytes=64 * GIB,
    folder_files=200_000,
)
# It reads headers and one picture, and of some formats each packet's time. It writes nothing at all.
INSPECTION = Limits(
    stall_seconds=30.0,
    total_seconds=60.0,
    cpu_seconds=60,
    memory_bytes=3 * GIB,
    file_bytes=0,
    folder_bytes=0,
    folder_files=0,
)

# Twice the pixels of 8K, which is the most that MediaConvert reads.
# Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/quotas.html
MAX_PIXELS = 8192 * 8192
# Files of cameras and broadcasters have a few dozen.
MAX_STREAMS = 64
# A day. MediaConvert gives up a job after two.
MAX_DURATION_SECONDS = 24 * 3600.0

# AWS doesn't publish its limit; job settings with the greatest numbers of outputs stay far below this.
MAX_BODY_BYTES = 1_048_576
# A client on the same machine sends what it has at once.
BODY_SECONDS = 10.0
# For all header lines of a request, and between two requests of a connection.
IDLE_SECONDS = 5.0
# All header lines of a request together. A key of 1,024 bytes, escaped, has 3,072.
MAX_HEADER_BYTES = 65_536
