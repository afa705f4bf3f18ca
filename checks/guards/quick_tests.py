"""A plugin of pytest for mutation runs: leave out tests that start a local AWS or synthesize stacks."""

import pytest

_SLOW_FIXTURES = frozenset({"dynamodb", "local_aws", "synthesis_directory"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that need neither, whether by a fixture or by a parameter."""
    slow = [item for item in items if _is_slow(item)]
    items[:] = [item for item in items if item not in slow]
    config.hook.pytest_deselected(items=slow)


def _is_slow(item: pytest.Item) -> bool:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return not _SLOW_FIXTURES.isdisjoint(fixtures) or "dynamodb" in item.name.partition("[")[2]
