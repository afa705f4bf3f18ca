"""Guards of operators' commands: what they cancel, replay, redrive and remove, and what they leave alone."""

from checks.guards.semantic import Mutant

MUTANTS = (
    Mutant(
        name="Nothing is cancelled that is being submitted",
        within="Cancel._try",
        find="seconds_left > 0",
        replace="False",
        tests=("ops/test_cancel",),
    ),
    Mutant(
        name="A cancellation looks for the job of a submitter that died",
        within="Cancel._try",
        find="asset.job_id or self.jobs.find_job(asset)",
        replace="asset.job_id",
        tests=("ops/test_cancel",),
    ),
    Mutant(
        name="A cancellation without a job needs the claim that was read",
        within="Cancel._try",
        find='self._recorded(asset, "cancelled; it had no job", claimed_until=asset.claimed_until)',
        replace='self._recorded(asset, "cancelled; it had no job")',
        tests=("ops/test_cancel",),
    ),
    Mutant(
        name="A job that has ended is not recorded as cancelled",
        within="Cancel._try",
        find="not self.jobs.cancel_job(job_id)",
        replace="not self.jobs.cancel_job(job_id) and False",
        tests=("ops/test_cancel",),
    ),
    Mutant(
        name="A cancellation is of the attempt that was shown",
        within="Cancel.apply",
        find="current is None or current.attempt != asset.attempt",
        replace="current is None",
        tests=("ops/test_cancel",),
    ),
    Mutant(
        name="What a replay can't help is left alone",
        within="Replay._refusal",
        find="asset.error is not None and not asset.error.replay_helps and not self.force",
        replace="False",
        tests=("ops/test_replay",),
    ),
    Mutant(
        name="A replay that was not begun announces nothing",
        within="Replay.apply",
        find="begun is None",
        replace="False",
        tests=("ops/test_replay",),
    ),
    Mutant(
        name="A redrive sends a message before it deletes it",
        within="Redrive.run",
        find="self._queue.send_back(one.letter)\ndone.moved += 1",
        replace="self._queue.delete(one.letter)\nself._queue.send_back(one.letter)\ndone.moved += 1",
        tests=("ops/test_redrive",),
    ),
    Mutant(
        name="A redrive moves only what it still holds",
        within="Redrive.run",
        find="one.letter.message_id not in held",
        replace="False",
        tests=("ops/test_redrive",),
    ),
    Mutant(
        name="A removal begins with a mark in the record",
        within="Remove.apply",
        find="asset.is_terminal and self.records.begin(asset, now=self.clock())",
        replace="asset.is_terminal",
        tests=("ops/test_removal_order",),
    ),
    Mutant(
        name="An asset that has not ended is not removed",
        within="Remove.apply",
        find="asset.is_terminal and self.records.begin(asset, now=self.clock())",
        replace="self.records.begin(asset, now=self.clock())",
        tests=("ops/test_removal_order",),
    ),
    Mutant(
        name="A tombstone takes the place of a marked record alone",
        within="RemovedRecords.end",
        find="""self._client.put_item(
            TableName=self._table_name,
            Item=item,
            ConditionExpression="attribute_exists(removing_since)",
        )""",
        replace="self._client.put_item(TableName=self._table_name, Item=item)",
        tests=("ops/test_removal_order",),
    ),
)
