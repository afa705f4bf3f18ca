"""Which names uploads may have, what is passed over, and who may put them: what settings may say of it."""

import json
import re
from collections.abc import Iterator

from media_pipeline.domain.uploads.filter import spellings
from media_pipeline.domain.uploads.ignored_names import rule_suffixes
from stacks.settings import Settings

# EventBridge refuses longer patterns. Source:
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
MAX_EVENT_PATTERN_CHARACTERS = 2_048

# Environment variables of a function have 4 KB together, of which the other ones need about a third. Source:
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_NAMES_BYTES = 2_400


def upload_faults(settings: Settings) -> Iterator[tuple[str, object, str]]:
    """Yield what is wrong with the names that the pipeline takes, passes over, or lets people use."""
    if not settings.media_suffixes:
        yield "media_suffixes", settings.media_suffixes, "at least one suffix"
    for suffix in settings.media_suffixes:
        if not re.fullmatch(r"\.[a-z0-9]{1,10}", suffix):
            yield "media_suffixes", suffix, "a dot and 1 to 10 lower-case letters or digits"
    if not settings.caption_suffixes:
        yield "caption_suffixes", settings.caption_suffixes, "at least one suffix: .srt, .vtt"
    for suffix in settings.caption_suffixes:
        if suffix not in (".srt", ".vtt") or suffix in settings.media_suffixes:
            yield "caption_suffixes", suffix, ".srt or .vtt, and no suffix of media files"
    for pattern in settings.ignored_names:
        is_text = pattern == pattern.strip() and "," not in pattern and pattern.strip("*/")
        if not is_text or "**" in pattern or pattern.startswith("/"):
            yield (
                "ignored_names",
                pattern,
                "a name, or one with * for any text; without comma, not beginning with a slash, no white "
                "space at its ends",
            )
    ends = [*rule_suffixes(settings.ignored_names), *spellings(settings.caption_suffixes)]
    pattern_characters = 200 + sum(len(json.dumps(end)) + 2 for end in ends)
    if pattern_characters > MAX_EVENT_PATTERN_CHARACTERS:
        yield (
            "ignored_names",
            f"{len(settings.ignored_names)} patterns",
            f"so many that an event pattern of {MAX_EVENT_PATTERN_CHARACTERS} characters holds them",
        )
    names = (*settings.media_suffixes, *settings.caption_suffixes, *settings.ignored_names)
    if sum(len(name.encode()) + 1 for name in names) > MAX_NAMES_BYTES:
        yield (
            "ignored_names",
            f"{len(names)} suffixes and patterns",
            f"so many that {MAX_NAMES_BYTES} bytes of the functions' environment hold them",
        )
    # Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
    if len(settings.upload_key_prefix.encode()) > 512 or settings.upload_key_prefix.startswith("/"):
        yield "upload_key_prefix", settings.upload_key_prefix, "up to 512 bytes, not beginning with a slash"
    prefix = settings.uploader_key_prefix
    if not prefix.startswith(settings.upload_key_prefix) or set("*?$") & set(prefix):
        yield (
            "uploader_prefix",
            prefix,
            f"begins with the upload_key_prefix {settings.upload_key_prefix!r}, which it is where unset, and "
            "has none of *?$, which IAM would not take literally",
        )
