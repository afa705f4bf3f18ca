"""`python -m tools.plan_review PLAN`: see `--help`."""

import os
import sys

from tools.plan_review.command_line import main

if __name__ == "__main__":
    # cdktf's variable: the plan is read by the Terraform that wrote it.
    sys.exit(main(sys.argv[1:], terraform=os.environ.get("TERRAFORM_BINARY_NAME", "terraform")))
