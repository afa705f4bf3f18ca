"""The command line: read a stack, ask the account, print what was found."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tools.preflight.account import Account
from tools.preflight.deployment import Deployment, UnreadableStackError, read_deployment
from tools.preflight.findings import (
    Finding,
    NotAsked,
    Verdict,
    bucket_finding,
    concurrency_finding,
    jobs_finding,
    shortages,
    state_finding,
)
from tools.preflight.report import table
from tools.terminal import Terminal

FINE, SHORT, WRONG = 0, 1, 2
_EPILOG = (
    "Exit codes: 0 nothing is short, though something may not have been asked, which is said; 1 the "
    "deployment would fail; 2 the folder holds no synthesized stack."
)
Clients = Callable[[str], Any]


def main(argv: Sequence[str], *, clients: Callable[[str], Clients] | None = None) -> int:
    """Check one stack and return the exit code, as `--help` tells them."""
    parser = argparse.ArgumentParser(prog="python -m tools.preflight", description=__doc__, epilog=_EPILOG)
    parser.add_argument("stack", type=Path, help="the folder of a synthesized stack: cdktf.out/stacks/dev")
    options = parser.parse_args(argv)
    terminal = Terminal()
    try:
        deployment = read_deployment(json.loads((options.stack / "cdk.tf.json").read_text()))
    except (OSError, ValueError, UnreadableStackError) as error:
        terminal.print_error(f"{options.stack} holds no synthesized stack ({error}). Run `make synth` first.")
        return WRONG
    environment = options.stack.name
    client = (clients or aws_clients)(deployment.region)
    findings = examine(deployment, environment, Account(client))
    terminal.show(table(findings, title=f"Before deploying {environment} to {deployment.region}"))
    short = shortages(findings)
    for finding in short:
        terminal.print_error(finding.text)
    if short:
        terminal.print_error(
            f"Nothing was changed. `PREFLIGHT=no` deploys without this check: make deploy ENV={environment} "
            "PREFLIGHT=no."
        )
    return SHORT if short else FINE


def examine(deployment: Deployment, environment: str, account: Account) -> list[Finding]:
    """Return what the account has, set against what the deployment needs."""
    account_id = account.account_id()
    if isinstance(account_id, NotAsked):
        # Without credentials nothing else could be asked either.
        return [Finding(about="AWS account", verdict=Verdict.UNKNOWN, text=account_id.reason)]
    findings = []
    if deployment.functions:
        asked = account.concurrency([function.name for function in deployment.functions])
        findings.append(concurrency_finding(deployment, asked))
    if deployment.max_jobs_in_flight is not None:
        findings.append(jobs_finding(deployment, account.concurrent_jobs()))
    findings += [
        bucket_finding(name, account.bucket(name, account_id)) for name in deployment.names(account_id)
    ]
    if deployment.state is not None:
        found = account.bucket(deployment.state.name, account_id)
        findings.append(state_finding(deployment.state, environment, found))
    return findings


def aws_clients(region: str) -> Clients:
    """Return what makes clients as the AWS SDKs' own configuration describes them, for a stack's region."""
    # An account that does not answer is no reason to wait for minutes.
    patience = Config(connect_timeout=5, read_timeout=15, retries={"total_max_attempts": 2})
    make: Any = boto3.client  # typed for literal names alone
    return lambda service: make(service, region_name=region, config=patience)
