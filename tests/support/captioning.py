"""What adds captions and storyboards to finished outputs, put together on fakes."""

from typing import Any

from media_pipeline.publishing.caption_publisher import CaptionPublisher
from media_pipeline.publishing.sidecars import SidecarNames
from media_pipeline.publishing.storyboard_publisher import StoryboardPublisher

NAMES = SidecarNames(media_suffixes=(".mp4", ".mov"), caption_suffixes=(".srt", ".vtt"))


def additions(*, outputs: Any, uploads: Any) -> dict[str, Any]:
    """Return the parts of JobStateChanges that add to verified outputs."""
    return {
        "storyboards": StoryboardPublisher(outputs=outputs),
        "captions": CaptionPublisher(names=NAMES, uploads=uploads, outputs=outputs),
    }
