"""Whatever is typed or lies in a dead-letter queue, the operator's commands read it or say what is wrong."""

import json
from contextlib import suppress

import pytest
from hypothesis import strategies as st

from media_pipeline.domain.monitoring.dead_letters import job_content, upload_content
from tests.fuzz.fuzzing import forged, fuzzed
from tests.fuzz.messages import JOB_EVENT, UPLOAD_EVENT, texts
from tools.ops.command_line import parser
from tools.ops.views.tables import printable

WORDS = (
    "list", "show", "replay", "cancel", "presets", "redrive", "backfill", "remove", "processing", "captions",
    "job-events", "--source",
    "--status", "FAILED", "--older-than", "--newer-than", "1h30m", "99999999999999d", "--since", "--until",
    "2026-01-31", "0001-01-01T00:00+23:59", "--limit", "-1", "9" * 5000, "--rate", "nan", "1e999", "--json",
    "--yes", "--dry-run", "--prefix", "../", "--pipeline", "--code", "--foreign", "keep", "--", "-", "",
)  # fmt: skip


@fuzzed(words=st.lists(st.one_of(st.sampled_from(WORDS), st.text(st.characters(), max_size=12)), max_size=7))
def test_any_command_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Any arguments are a command or a usage error."""
    with suppress(SystemExit):
        assert callable(parser().parse_args(words).run)
    capsys.readouterr()


@fuzzed(body=st.one_of(texts, forged(UPLOAD_EVENT), forged(JOB_EVENT)))
def test_any_dead_letter(body: str) -> None:
    """Any message is named, with its fault where it is no event, and can be shown on a terminal."""
    for content in (
        upload_content(body, bucket="uploads"),
        job_content(body, pipeline="media-pipeline-test"),
    ):
        shown = printable(json.dumps([content.label, content.key, content.error]))
        assert shown.isprintable()
