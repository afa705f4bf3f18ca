"""What a function loads before its first message."""

import pytest

from checks.bench.cold_start import FUNCTIONS, SOURCES, library_parts, loaded_modules

# Needed for a caption file, or for a playlist: most messages bring neither.
LATER = {"charset_normalizer", "m3u8", "webvtt", "media_pipeline.publishing.caption_text"}


def test_every_function_is_measured() -> None:
    """Each module of handlers that Lambda calls is among those that the benchmark imports."""
    modules = (SOURCES / "media_pipeline/handlers").glob("*.py")
    called = {path.stem for path in modules if "\ndef handler(" in path.read_text()}
    assert called == set(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_few_messages_need_is_loaded_later(function: str) -> None:
    """The import of a handler loads no reader of captions or playlists."""
    loaded = loaded_modules(function)
    assert f"media_pipeline.handlers.{function}" in loaded
    assert LATER.isdisjoint(loaded)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_cold_start_is_measured_against_the_same_libraries(function: str) -> None:
    """What the benchmark compares with is boto3, botocore and Powertools alone."""
    parts = library_parts(function)
    assert {name.split(".")[0] for name in parts} == {"boto3", "botocore", "aws_lambda_powertools"}
    assert "aws_lambda_powertools.metrics" in parts
