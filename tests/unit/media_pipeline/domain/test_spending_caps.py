"""Caps between the settings and a function's environment."""

from media_pipeline.domain.spending.caps import NO_CAPS, Caps, caps_text, parse_caps


def test_caps_are_read_as_they_were_written() -> None:
    """A function's environment has what the settings say, and nothing where nothing is capped."""
    text = caps_text(asset_cents=5, day_cents=100, month_cents=0, by_prefix={"in/Team ü/": 7}, waits=True)
    assert parse_caps(text) == Caps(asset=50_000, day=1_000_000, by_prefix={"in/Team ü/": 70_000}, waits=True)
    nothing = caps_text(asset_cents=0, day_cents=0, month_cents=0, by_prefix={}, waits=False)
    assert nothing == NO_CAPS
    assert parse_caps(nothing) == Caps(by_prefix={})
