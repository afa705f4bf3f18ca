"""What Terraform finds to change after all that was done."""

import pytest

from tests.e2e.deployed import Sandbox

pytestmark = pytest.mark.phase("changes")


def test_a_plan_is_clean_after_everything_that_was_done(sandbox: Sandbox) -> None:
    """Videos, failures and poison messages leave nothing that Terraform would change."""
    assert sandbox.deployer.is_clean()
