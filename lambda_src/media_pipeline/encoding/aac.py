"""What AAC takes: bitrate, sample rate and channels together, by one table.

Source: MediaConvert guide, "AAC output reference tables", profile LC at a constant bitrate. Of 5.1 its rows
for 44.1 and 48 kHz are used, from 256 kb/s on, below which 5.1 sounds poor; whether it has one for 32 kHz was
not confirmed, so that 5.1 is refused there.
"""

MONO, STEREO, FIVE_POINT_ONE = 1, 2, 6

CODING_MODES = {MONO: "CODING_MODE_1_0", STEREO: "CODING_MODE_2_0", FIVE_POINT_ONE: "CODING_MODE_5_1"}
# Of those that MediaConvert makes, what presets may ask for.
SAMPLE_RATES_HZ = (32_000, 44_100, 48_000)
# Source: MediaConvert API, AacSettings.Bitrate. Of stereo; each of these has its half in the API's list, too.
STEREO_BITRATES_BPS = (
    *(64_000, 80_000, 96_000, 112_000, 128_000),
    *(160_000, 192_000, 224_000, 256_000, 320_000),
)
_BITRATES_BPS = (
    *(32_000, 40_000, 48_000, 56_000, 64_000, 80_000, 96_000, 112_000, 128_000, 160_000, 192_000, 224_000),
    *(256_000, 288_000, 320_000, 384_000, 448_000, 512_000, 576_000, 640_000, 768_000),
)
# The lowest and the highest bitrate by channels and sample rate.
_LIMITS_BPS = {
    MONO: {32_000: (32_000, 192_000), 44_100: (56_000, 256_000), 48_000: (56_000, 288_000)},
    STEREO: {32_000: (40_000, 384_000), 44_100: (64_000, 512_000), 48_000: (64_000, 576_000)},
    FIVE_POINT_ONE: {44_100: (256_000, 640_000), 48_000: (256_000, 768_000)},
}
# Of a bitrate that sounds well in stereo, what as many channels want.
_SHARES = {MONO: (1, 2), STEREO: (1, 1), FIVE_POINT_ONE: (3, 1)}


def aac_bitrate_bps(*, channels: int, sample_rate_hz: int, stereo_bitrate_bps: int) -> int | None:
    """Return the bitrate for as many channels that sounds as this one does in stereo.

    It is the next one that AAC has at this sample rate, or the highest; None where AAC has no such sound.
    """
    limits = _LIMITS_BPS[channels].get(sample_rate_hz)
    if limits is None:
        return None
    lowest, highest = limits
    times, parts = _SHARES[channels]
    possible = [bitrate for bitrate in _BITRATES_BPS if lowest <= bitrate <= highest]
    wanted = stereo_bitrate_bps * times // parts
    return next((bitrate for bitrate in possible if bitrate >= wanted), possible[-1])


def sound_faults(
    *, sample_rate_hz: int, stereo_bitrates_bps: tuple[int, ...], keeps_surround: bool
) -> list[str]:
    """Return what forbids to make mono and stereo, and 5.1 where it is kept, with a preset's fields."""
    faults = []
    for bitrate in stereo_bitrates_bps:
        stereo = aac_bitrate_bps(channels=STEREO, sample_rate_hz=sample_rate_hz, stereo_bitrate_bps=bitrate)
        if stereo != bitrate:
            faults.append(
                f"audio bitrate {bitrate} does not go with audio_sample_rate_hz {sample_rate_hz}: "
                "take another of either"
            )
    rates = _LIMITS_BPS[FIVE_POINT_ONE]
    if keeps_surround and sample_rate_hz not in rates:
        faults.append(
            f"surround is 'keep' with audio_sample_rate_hz {sample_rate_hz}: AAC of 5.1 has "
            f"{' or '.join(map(str, rates))}; take one of those, or 'downmix'"
        )
    return faults
