"""Whatever of sound a preset may say, MediaConvert takes what is made of it."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.errors import PresetsInvalidError
from media_pipeline.domain.source import AudioTrack
from media_pipeline.encoding.aac import SAMPLE_RATES_HZ, STEREO_BITRATES_BPS, aac_bitrate_bps
from media_pipeline.encoding.job_settings import REFERENCE_VIDEO, job_settings
from media_pipeline.encoding.presets import PresetName, Presets, parse_presets
from media_pipeline.encoding.profiles import Profile
from sandbox.mediaconvert.api.job_settings_rules import job_errors
from tests.support.pipeline_job import on_the_wire
from tests.support.strategies import PRESETS_FOLDER

DOCUMENTS = {name.value: (PRESETS_FOLDER / f"{name}.json").read_text() for name in PresetName}
EVERYTHING = Profile(name="all", presets=tuple(PresetName))
bitrates = st.sampled_from(STEREO_BITRATES_BPS)
sample_rates = st.sampled_from(SAMPLE_RATES_HZ)


def presets_of(rate: int, bitrate: int, surround: str) -> Presets:
    """Read presets that all have this sound."""
    documents = {}
    for name, text in DOCUMENTS.items():
        document = json.loads(text)
        changes = {
            "audio_sample_rate_hz": rate,
            "audio_bitrate_bps": bitrate,
            "audio_bitrates_bps": [bitrate],
            "surround": surround,
        }
        document |= {field: value for field, value in changes.items() if field in document}
        documents[name] = json.dumps(document)
    return parse_presets(documents)


@given(
    rate=sample_rates,
    bitrate=bitrates,
    surround=st.sampled_from(["keep", "downmix"]),
    channels=st.integers(0, 8),
)
def test_a_preset_that_is_read_makes_sound_that_is_taken(
    rate: int, bitrate: int, surround: str, channels: int
) -> None:
    """Bitrate, sample rate and channels fit together in every output, or the preset is refused when read."""
    if surround == "keep" and rate == 32_000:
        with pytest.raises(PresetsInvalidError) as invalid:
            presets_of(rate, bitrate, surround)
        assert [fault.split()[0] for fault in invalid.value.faults] == ["cmaf", "hls", "dash", "mp4"]
        return
    presets = presets_of(rate, bitrate, surround)
    source = replace(REFERENCE_VIDEO, audio=(AudioTrack(codec="AAC", channels=channels, language="eng"),))
    settings = job_settings(
        source_uri="s3://uploads/a.mp4",
        destination="s3://outputs/id/1",
        source=source,
        profile=EVERYTHING,
        presets=presets,
    )
    found = [str(fault) for fault in job_errors(on_the_wire(settings))]
    assert [fault for fault in found if "aacSettings" in fault] == []


@pytest.mark.parametrize(
    ("channels", "rate", "stereo", "made"),
    [
        (6, 44_100, 320_000, 640_000),
        (6, 48_000, 320_000, 768_000),
        (6, 48_000, 64_000, 256_000),
        (6, 48_000, 128_000, 384_000),
        (6, 32_000, 128_000, None),
        (1, 48_000, 64_000, 56_000),
        (1, 32_000, 64_000, 32_000),
        (2, 32_000, 320_000, 320_000),
    ],
)
def test_the_bitrate_follows_the_channels(channels: int, rate: int, stereo: int, made: int | None) -> None:
    """Mono gets half and 5.1 three times as much, as far as AAC goes at a sample rate."""
    found = aac_bitrate_bps(channels=channels, sample_rate_hz=rate, stereo_bitrate_bps=stereo)
    assert found == made
