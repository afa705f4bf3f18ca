"""In which pricing tier MediaConvert bills each output of a progressive 1080p source of 30 fps."""

from collections.abc import Sequence

from rich.table import Table

from checks.bench.packaging import PRESETS_FOLDER
from media_pipeline.encoding.billing_tiers import BilledOutput, Tier, billed_outputs
from media_pipeline.encoding.job_settings import REFERENCE_VIDEO, job_settings
from media_pipeline.encoding.presets import parse_presets
from media_pipeline.encoding.profiles import parse_profiles
from stacks.encoding import read_encoding_documents

BASIC_PROFILE = "default"


def measure() -> dict[str, Sequence[BilledOutput]]:
    """Return what each output is billed as, by the profile, for the profiles that make a picture."""
    encoding = read_encoding_documents(PRESETS_FOLDER)
    presets, profiles = parse_presets(encoding.presets), parse_profiles(encoding.profiles)
    return {
        name: billed_outputs(
            job_settings(
                source_uri="s3://uploads/a.mp4",
                destination="s3://outputs/id/1",
                source=REFERENCE_VIDEO,
                profile=profile,
                presets=presets,
            )
        )
        for name, profile in profiles.by_name.items()
        if profile.has_video
    }


def table(billed: dict[str, Sequence[BilledOutput]]) -> Table:
    """Show each output with its tier, what put it there, and what no source settles."""
    shown = Table(
        "profile", "group", "output", "tier", "because of", "not settled", title="Pricing tiers, 1080p 30 fps"
    )
    for profile, outputs in billed.items():
        for each in outputs:
            kind = " (sound alone)" if each.is_sound_alone else " (frame capture)" if each.is_capture else ""
            color = "green" if each.tier is Tier.BASIC else "red"
            shown.add_row(
                profile,
                each.group,
                f"{each.name or '(no modifier)'}{kind}",
                f"[{color}]{each.tier.value}[/]",
                ", ".join(each.reasons),
                ", ".join(each.unsettled),
            )
    return shown


def is_basic(billed: dict[str, Sequence[BilledOutput]]) -> bool:
    """Tell whether the default profile has outputs, all of the Basic tier, with nothing unsettled."""
    outputs = billed[BASIC_PROFILE]
    return bool(outputs) and all(each.tier is Tier.BASIC and not each.unsettled for each in outputs)
