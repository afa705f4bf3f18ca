"""The guards of what brings an upload to a job: claims, searches, plans, tokens, and messages that wait."""

from checks.guards.guard import (
    Edit,
    Guard,
    code,
    guard,
)

_INGEST = (
    guard(
        "Who does not hold the claim does nothing",
        code(
            "services/ingest",
            "                raise _held(claim.asset, now)\n",
            "                self._work(claim.asset, may_have_job=bool(claim.asset.planned_outputs))\n",
        ),
        held_by="unit/lambda/test_ingest_once",
    ),
    guard(
        "A settled asset is left alone",
        code(
            "services/ingest",
            "                self.lifecycle.announce(claim.asset)\n",
            "                self._work(claim.asset, may_have_job=False)\n",
        ),
    ),
    guard(
        "Who takes over looks for a job",
        code("services/ingest", "may_have_job=bool(claim.asset.planned_outputs))", "may_have_job=False)"),
    ),
    guard(
        "A job that is found is not submitted again, nor is its asset ended",
        code(
            "services/ingest",
            "            job_id = self._found_job(asset) if may_have_job else None\n"
            "            if job_id is None:\n"
            "                current =",
            "            job_id = None\n            if job_id is None:\n                current =",
        ),
    ),
    guard(
        "The second search, just before submitting",
        code(
            "services/ingest",
            "        job_id = self._found_job(asset) if may_have_job else None\n"
            "        if job_id is None:\n"
            "            job_id = self.transcoder",
            "        job_id = None\n        if job_id is None:\n            job_id = self.transcoder",
        ),
        held_by="unit/lambda/test_ingest_once",
    ),
    guard(
        "The plan is written before the job is submitted",
        code(
            "services/ingest",
            "        if not self.table.record_plan(\n",
            "        job_id = None if may_have_job else self.transcoder.create_job(asset, settings)\n"
            "        if not self.table.record_plan(\n",
        ),
        code(
            "services/ingest",
            "        job_id = self._found_job(asset) if may_have_job else None\n"
            "        if job_id is None:\n"
            "            job_id = self.transcoder",
            "        job_id = job_id or (self._found_job(asset) if may_have_job else None)\n"
            "        if job_id is None:\n"
            "            job_id = self.transcoder",
        ),
    ),
    guard(
        "One attempt has one plan",
        code(
            "services/ingest",
            "if may_have_job else self._look_into",
            "if False else self._look_into",
        ),
        held_by="unit/lambda/test_found_by_properties",
    ),
    guard(
        "Who lost the claim submits nothing",
        code(
            "services/ingest",
            'raise ClaimHeldError("the claim was lost',
            '_ = ClaimHeldError("the claim was lost',
        ),
        held_by="unit/lambda/test_ingest_once",
    ),
    guard(
        "Nothing is submitted for a key that holds something newer",
        code(
            "services/ingest",
            "        if superseded is not None:\n",
            "        if False:\n",
        ),
        held_by="unit/lambda/test_superseded",
    ),
    guard(
        "A file of another type costs one write",
        code("services/ingest", "        if self.refusals.refuse(upload):\n", "        if False:\n"),
        held_by="unit/lambda/test_refusals",
    ),
    guard(
        "Of many files of another type one is told of",
        code("services/refusals", "            is_told=not is_told,\n", "            is_told=False,\n"),
        held_by="unit/lambda/test_refusals",
    ),
    guard(
        "An empty file is given time",
        code("services/ingest", "        self._check_grace(asset)\n", ""),
        held_by="unit/lambda/test_refusals",
    ),
    guard(
        "What S3 does not give away is not submitted",
        code("services/ingest", "        if current.unreadable is not None:\n", "        if False:\n"),
        held_by="unit/lambda/test_ingest",
    ),
    guard(
        "A refused look is no reason for the safe choice",
        code(
            "services/ingest",
            "        except (ThrottledError, OperatorError):\n",
            "        except ThrottledError:\n",
        ),
        held_by="unit/lambda/test_ingest",
    ),
    guard(
        "Files that are no videos are not submitted",
        code("services/ingest", "        self.limits.check(asset.upload)\n", ""),
        held_by="unit/lambda/test_ingest",
    ),
    guard(
        "So many jobs are in flight at most",
        code("services/job_limit", "        if self._in_flight >= self._limit:\n", "        if False:\n"),
        held_by="unit/lambda/test_job_slots",
    ),
    guard(
        "A claim is given back where a fault passes",
        code("services/ingest", "            self.table.release(asset, now=self.clock())\n", ""),
        held_by="unit/lambda/test_ingest",
    ),
    guard(
        "An end of a submitter holds under its claim",
        code("services/ingest", "            claimed_until=asset.claimed_until,\n", ""),
        held_by="unit/lambda/test_ingest_once",
    ),
)

_MEDIACONVERT = (
    guard(
        "A request has its attempt's token",
        code(
            "adapters/mediaconvert",
            'ClientRequestToken=f"{asset.asset_id}-{asset.attempt}"',
            "ClientRequestToken=__import__('uuid').uuid4().hex",
        ),
        held_by="unit/lambda/test_adapters",
    ),
    guard(
        "A search knows the attempt",
        code(
            "adapters/mediaconvert",
            '                if job.get("UserMetadata") == wanted:\n',
            '                if job.get("UserMetadata", {}).get("asset_id") == asset.asset_id:\n',
        ),
    ),
    guard(
        "A search that does not come to its end proves nothing",
        code(
            "adapters/mediaconvert",
            '        raise TransientError(f"more than',
            '        return None\n        raise TransientError(f"more than',
        ),
        held_by="unit/lambda/test_adapters",
    ),
    guard(
        "Quota and rate are not the file's fault",
        code("adapters/clients", "_HTTP_STATUS_THROTTLED = (402, 429)", "_HTTP_STATUS_THROTTLED = ()"),
        held_by="unit/lambda/test_adapters",
    ),
)

_QUEUES = (
    guard(
        "Throttling uses up no receives",
        code(
            "services/redelivery",
            "        if message.receive_count < self._spared_receives:\n",
            "        if True:\n",
        ),
    ),
    guard(
        "A message that was sent anew is done",
        code(
            "services/redelivery",
            "delay_seconds=seconds)\n        return True\n",
            "delay_seconds=seconds)\n        return False\n",
        ),
        held_by="unit/lambda/test_redelivery",
    ),
    guard(
        "A message is not sent anew for ever",
        code("services/redelivery", "        if message.renewals >= MAX_RENEWALS:\n", "        if False:\n"),
        held_by="unit/lambda/test_redelivery",
    ),
    guard(
        "What waiting does not cure ends in the dead-letter queue",
        code("services/redelivery", " or isinstance(error, OperatorError):\n", ":\n"),
        held_by="unit/lambda/test_redelivery",
    ),
    guard(
        "A held claim hides its message until its end",
        code(
            "services/redelivery",
            "        if isinstance(error, ClaimHeldError | TooEarlyError):\n",
            "        if False:\n",
        ),
        held_by="unit/lambda/test_redelivery",
    ),
    guard(
        "A message that failed is kept",
        code(
            "handlers/sqs_batch",
            "                if not _postponed(redelivery, record, error):\n                    raise\n",
            "                _postponed(redelivery, record, error)\n",
        ),
        held_by="unit/lambda/test_handlers",
    ),
)

_OPERATORS = (
    Guard(
        name="Nothing is cancelled that is being submitted",
        edits=(
            Edit(
                path="tools/ops/actions/cancel.py",
                old="            if seconds_left > 0:\n",
                new="            if False:\n",
            ),
        ),
        tests="tests/unit/ops",
    ),
    Guard(
        name="A cancellation looks for the job of a submitter that died",
        edits=(
            Edit(
                path="tools/ops/actions/cancel.py",
                old="asset.job_id or self.jobs.find_job(asset)",
                new="asset.job_id",
            ),
        ),
        tests="tests/unit/ops",
    ),
)

GUARDS: tuple[Guard, ...] = (*_INGEST, *_MEDIACONVERT, *_QUEUES, *_OPERATORS)
