"""Guards of the records: the table of statuses, what an attempt leaves, and the condition of each write."""

from checks.guards.semantic import Mutant

# In place of a condition: one that holds of every record that was not removed.
_NONE = 'Condition("removed_at", Check.ABSENT)'


def _without(condition: str, *, within: str, name: str, tests: str) -> Mutant:
    """Return a mutant of a write that lacks one of its conditions."""
    return Mutant(name=name, within=within, find=condition, replace=_NONE, tests=(tests,))


_STATUSES = (
    Mutant(
        name="A failure is final",
        within="statuses_before",
        find="status in _NEXT[before]",
        replace="status in _NEXT[before] or (before is AssetStatus.FAILED and status in TERMINAL_STATUSES)",
        tests=("property/test_transitions",),
    ),
    Mutant(
        name="COMPLETE comes from VERIFYING alone",
        within="_NEXT",
        find="frozenset(AssetStatus) - {AssetStatus.RECEIVED, AssetStatus.COMPLETE}",
        replace="frozenset(AssetStatus) - {AssetStatus.RECEIVED}",
        tests=("property/test_transitions",),
    ),
    Mutant(
        name="Each version of an object is an asset",
        within="UploadedObject",
        find="self.version_id or self.etag",
        replace="self.etag",
        tests=("services/test_ingest",),
    ),
    Mutant(
        name="An asset beyond RECEIVED is not claimed",
        within="decide_claim",
        find="asset.status is not AssetStatus.RECEIVED",
        replace="False",
        tests=("contract/test_asset_table",),
    ),
    Mutant(
        name="A held claim is not taken over",
        within="decide_claim",
        find="asset.claimed_until > timestamp(now)",
        replace="False",
        tests=("services/test_ingest_once",),
    ),
)

_REPLAYS = (
    Mutant(
        name="A replay forgets the job",
        within="OF_ONE_ATTEMPT",
        find="'job_id'",
        replace="'profile'",
        tests=("services/test_attempts",),
    ),
    Mutant(
        name="A replay forgets that the end was announced",
        within="OF_ONE_ATTEMPT",
        find="'notified_at'",
        replace="'profile'",
        tests=("services/test_attempts",),
    ),
    Mutant(
        name="A replay forgets the plan",
        within="OF_ONE_ATTEMPT",
        find="'planned_outputs'",
        replace="'profile'",
        tests=("services/test_attempts",),
    ),
    Mutant(
        name="Attempts are limited",
        within="replayed",
        find="asset.attempt >= MAX_ATTEMPTS",
        replace="False",
        tests=("services/test_attempts",),
    ),
    Mutant(
        name="Only what has ended is replayed",
        within="replayed",
        find="not asset.is_terminal",
        replace="False",
        tests=("services/test_attempts",),
    ),
    Mutant(
        name="A replay is of the attempt that was read",
        within="replayed",
        find="[*_as_read(asset), Condition('removing_since', Check.ABSENT)]",
        replace="[Condition('removing_since', Check.ABSENT)]",
        tests=("services/test_attempts",),
    ),
    _without(
        'Condition("removing_since", Check.ABSENT)',
        within="replayed",
        name="What is being removed is not replayed",
        tests="domain/test_record_writes",
    ),
)

_CONDITIONS = (
    Mutant(
        name="A record is created once",
        within="AssetTable.create_record",
        find="""self._client.put_item(
            TableName=self._table_name,
            Item=to_item(record),
            ConditionExpression="attribute_not_exists(asset_id)",
        )""",
        replace="self._client.put_item(TableName=self._table_name, Item=to_item(record))",
        tests=("adapters/test_conditional_requests",),
    ),
    Mutant(
        name="An update creates no record",
        within="update_request",
        find="['attribute_exists(asset_id)', *map(placeholders.condition, write.conditions)]",
        replace="[*map(placeholders.condition, write.conditions)]",
        tests=("services/test_lifecycle",),
    ),
    Mutant(
        name="An update needs its conditions",
        within="update_request",
        find="['attribute_exists(asset_id)', *map(placeholders.condition, write.conditions)]",
        replace="['attribute_exists(asset_id)']",
        tests=("adapters/test_conditional_requests",),
    ),
    _without(
        'Condition("claimed_until", Check.EQUAL, asset.claimed_until)',
        within="_while_claimed",
        name="A write under a claim needs the claim",
        tests="contract/test_asset_table",
    ),
    _without(
        'Condition("attempt", Check.EQUAL, asset.attempt)',
        within="_while_claimed",
        name="A write under a claim is of its attempt",
        tests="services/test_attempts",
    ),
    _without(
        'Condition("status", Check.EQUAL, AssetStatus.RECEIVED.value)',
        within="_while_claimed",
        name="A write under a claim needs an asset that was not submitted",
        tests="contract/test_asset_table",
    ),
    _without(
        'Condition("attempt", Check.EQUAL, self.attempt)',
        within="Transition",
        name="A step belongs to its attempt",
        tests="services/test_attempts",
    ),
    _without(
        'Condition("status", Check.ONE_OF, [status.value for status in statuses_before(self.to)])',
        within="Transition",
        name="A step follows from the status",
        tests="contract/test_asset_table",
    ),
    _without(
        'Condition("job_id", Check.ABSENT_OR_EQUAL, self.job_id)',
        within="Transition",
        name="A step is about the job that is recorded",
        tests="contract/test_asset_table",
    ),
    _without(
        'Condition("claimed_until", Check.EQUAL, self.claimed_until)',
        within="Transition",
        name="A step under a claim needs the claim",
        tests="contract/test_asset_table",
    ),
    _without(
        'Condition("job_id", Check.ABSENT)',
        within="Transition",
        name="A step under a claim yields to a job",
        tests="contract/test_asset_table",
    ),
    _without(
        'Condition("status", Check.EQUAL, asset.status.value)',
        within="_as_read",
        name="Progress is of the status that was read",
        tests="contract/test_asset_table",
    ),
    _without(
        'Condition("attempt", Check.EQUAL, asset.attempt)',
        within="_as_read",
        name="Progress is of the attempt that was read",
        tests="services/test_attempts",
    ),
    _without(
        'Condition("progress_percent", Check.ABSENT_OR_BELOW, percent)',
        within="progressed",
        name="No older percentage replaces a newer one",
        tests="contract/test_asset_table",
    ),
    Mutant(
        name="A sign of life is of the attempt that was read",
        within="progressed",
        find="[*_as_read(asset)]",
        replace="[]",
        tests=("domain/test_record_writes",),
    ),
    Mutant(
        name="Warnings are of the attempt that was read",
        within="warned",
        find="_as_read(asset)",
        replace="[]",
        tests=("services/test_attempts",),
    ),
    _without(
        'Condition("attempt", Check.EQUAL, asset.attempt)',
        within="notified",
        name="A notification that was sent is of its attempt",
        tests="services/test_attempts",
    ),
    _without(
        'Condition("updated_at", Check.EQUAL, asset.updated_at)',
        within="reserved_for_repair",
        name="A repair is of the asset that was read",
        tests="contract/test_asset_table",
    ),
    _without(
        'Condition("status", Check.EQUAL, asset.status.value)',
        within="reserved_for_repair",
        name="A repair is of the status that was read",
        tests="domain/test_record_writes",
    ),
    Mutant(
        name="A removal begins with the asset that was read",
        within="removal_begun",
        find="_as_read(asset)",
        replace="[]",
        tests=("domain/test_record_writes",),
    ),
)

MUTANTS = (*_STATUSES, *_REPLAYS, *_CONDITIONS)
