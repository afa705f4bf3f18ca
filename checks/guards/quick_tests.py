"""A plugin of pytest for mutation runs: leave out tests that start a local AWS or synthesize stacks."""

import logging
import sys

import pytest

_SLOW_FIXTURES = frozenset({"dynamodb", "endpoints", "local_aws", "synthesis_directory"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that need neither, whether by a fixture or by a parameter."""
    left_out = [item for item in items if _is_slow(item)]
    items[:] = [item for item in items if not _is_slow(item)]
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Write the log to this run's output: mutmut runs pytest several times in a process that it forks."""
    # Imported here: what a run of tests is configured with says where the package is.
    from media_pipeline.telemetry import logger

    if isinstance(logger.registered_handler, logging.StreamHandler):
        # `setStream` would flush the output of the run before, which is closed.
        logger.registered_handler.stream = sys.stdout


def _is_slow(item: pytest.Item) -> bool:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return not _SLOW_FIXTURES.isdisjoint(fixtures) or "dynamodb" in item.name.partition("[")[2]
