"""Last of all: goodbye leaves nothing."""

from tests.e2e.deployed import Sandbox
from tests.e2e.remains import remains


def test_destroy_leaves_nothing(sandbox: Sandbox) -> None:
    """After destroy no service has a resource of the pipeline; its key only waits for deletion."""
    before = sorted(remains(sandbox.endpoints))
    assert len(before) > 30, before
    sandbox.deployer.destroy(lambda changes: None)
    assert sorted(remains(sandbox.endpoints)) == []
