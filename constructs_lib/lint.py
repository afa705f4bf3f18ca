"""Findings of `make lint` that are accepted, each with its reason beside the resource that it is about.

An exception is rendered into the resource's comment in the synthesized JSON, which Terraform ignores. The
lint reads it there: a finding without an exception is an error, and so is an exception without a finding.
"""

from constructs_lib.bindings import TerraformResource

COMMENT = "lint_exceptions"


def accept_finding(resource: TerraformResource, check: str, *, reason: str, about: str = "") -> None:
    """Accept one check's finding on one resource.

    `check` is checkov's id (`CKV_AWS_18`) or parliament's issue (`RESOURCE_STAR`). `about` is text that the
    finding's detail must hold, for a check that can find several things in one policy.
    """
    resource.add_override(f"//.{COMMENT}.{check}", {"reason": reason, "about": about})
