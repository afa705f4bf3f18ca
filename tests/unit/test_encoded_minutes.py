"""What is paid for: segments that HLS and DASH share are encoded once."""

from tests.bench import packaging


def test_the_default_profile_encodes_little_more_than_half() -> None:
    """One CMAF group and MP4 take at most 60 % of the minutes of HLS, DASH and MP4 apart."""
    encoded = packaging.measure()
    assert (encoded.shared, encoded.separate) == (7, 12)
    assert encoded.ratio <= packaging.ALLOWED_RATIO
