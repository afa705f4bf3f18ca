"""What is paid for: segments that HLS and DASH share are encoded once."""

from checks.bench import packaging, tiers


def test_the_default_profile_encodes_little_more_than_half() -> None:
    """One CMAF group and MP4 take at most 60 % of the minutes of HLS, DASH and MP4 apart."""
    encoded = packaging.measure()
    assert (encoded.shared, encoded.separate) == (7, 12)
    assert encoded.ratio <= packaging.ALLOWED_RATIO


def test_the_default_profile_is_billed_in_the_basic_tier() -> None:
    """A 1080p source of 30 frames a second costs the Basic rate in each output of the default profile."""
    billed = tiers.measure()
    assert tiers.is_basic(billed)
    assert tiers.table(billed).row_count == sum(map(len, billed.values()))
