"""Guards of what brings an upload to one job: claims, searches, plans, tokens, and what is not submitted."""

from checks.guards.semantic import Mutant

_CLAIMS = (
    Mutant(
        name="An invocation without the claim does nothing",
        within="Ingest.handle",
        find="raise _held(claim.asset, now)",
        replace="self._submit_attempt(claim.asset, may_have_job=bool(claim.asset.planned_outputs))",
        tests=("services/test_ingest_once",),
    ),
    Mutant(
        name="An asset beyond RECEIVED is not submitted again",
        within="Ingest.handle",
        find="self.lifecycle.announce(claim.asset)",
        replace="self._submit_attempt(claim.asset, may_have_job=False)",
        tests=("services/test_ingest",),
    ),
    Mutant(
        name="A submission whose claim was lost is not made",
        within="Ingest",
        find='raise ClaimHeldError("the claim was lost before the job was submitted", seconds_left=1)',
        replace="pass",
        tests=("services/test_ingest_once",),
    ),
    Mutant(
        name="An invocation that takes over looks for a job",
        within="Ingest",
        find="bool(claim.asset.planned_outputs)",
        replace="False",
        tests=("services/test_ingest_once",),
    ),
    Mutant(
        name="A job that is found keeps its asset from being ended",
        within="Ingest._submit_attempt",
        find="self._found_job(asset) if may_have_job else None",
        replace="None",
        tests=("services/test_superseded",),
    ),
    Mutant(
        name="A job is looked for once more just before the submission",
        within="Ingest._submit",
        find="self._found_job(asset) if may_have_job else None",
        replace="None",
        tests=("services/test_ingest_once",),
    ),
    Mutant(
        name="The plan is recorded before the job is submitted",
        within="Ingest._submit",
        find="""
if not self.budget.record_plan(
    asset,
    profile=profile.name,
    is_public=is_public,
    preset_versions={
        group.preset.value: presets.version(group.preset) for group in groups_of(profile, source)
    },
    source_info=source.as_record(),
    planned_outputs=[output.as_record() for output in plan],
    quote=quote,
):
    raise ClaimHeldError("the claim was lost before the job was submitted", seconds_left=1)
job_id = self._found_job(asset) if may_have_job else None
""",
        replace="""
job_id = (self._found_job(asset) if may_have_job else None) or self.transcoder.create_job(asset, settings)
if not self.budget.record_plan(
    asset,
    profile=profile.name,
    is_public=is_public,
    preset_versions={
        group.preset.value: presets.version(group.preset) for group in groups_of(profile, source)
    },
    source_info=source.as_record(),
    planned_outputs=[output.as_record() for output in plan],
    quote=quote,
):
    raise ClaimHeldError("the claim was lost before the job was submitted", seconds_left=1)
""",
        tests=("services/test_ingest_once",),
    ),
    Mutant(
        name="An attempt has one plan",
        within="Ingest._submit",
        find="source_from_record(asset.source_info) if may_have_job else self._probe_source(asset)",
        replace="self._probe_source(asset)",
        tests=("adapters/test_found_by_properties",),
    ),
    Mutant(
        name="A submitter ends an asset under its claim alone",
        within="Ingest._end",
        find="asset.claimed_until",
        replace="None",
        tests=("services/test_ingest_once",),
    ),
    Mutant(
        name="A claim is given back after an error that passes",
        within="Ingest._submit_attempt",
        find="self.table.release(asset, now=self.clock())",
        replace="None",
        tests=("services/test_ingest",),
    ),
)

_NOT_SUBMITTED = (
    Mutant(
        name="An upload that was replaced is not submitted",
        within="Ingest._current",
        find="superseded is not None",
        replace="False",
        tests=("services/test_superseded",),
    ),
    Mutant(
        name="An upload that S3 does not let us read is not submitted",
        within="Ingest._current",
        find="current.unreadable is not None",
        replace="False",
        tests=("services/test_ingest",),
    ),
    Mutant(
        name="An empty file waits for its content",
        within="Ingest._current",
        find="self._check_grace(asset)",
        replace="None",
        tests=("services/test_refusals",),
    ),
    Mutant(
        name="A Probe that is refused is no reason for the safe choice",
        within="Ingest._probed",
        find="(ThrottledError, OperatorError)",
        replace="ThrottledError",
        tests=("services/test_ingest",),
    ),
    Mutant(
        name="Files that can be no videos are not submitted",
        within="Ingest._submit",
        find="self.limits.check(asset.upload)",
        replace="None",
        tests=("services/test_ingest",),
    ),
    Mutant(
        name="A file of another type costs one write",
        within="Ingest.handle",
        find="self.refusals.refuse(upload)",
        replace="False",
        tests=("services/test_refusals",),
    ),
    Mutant(
        name="Of many files of other types one is announced",
        within="Refusals.refuse",
        find="not is_told",
        replace="False",
        tests=("services/test_refusals",),
    ),
    Mutant(
        name="An upload that waits for presets takes no slot",
        within="Ingest._submit",
        find="presets, profiles = self.presets.load()",
        replace="self.slots.take()\npresets, profiles = self.presets.load()",
        tests=("handlers/test_waiting_for_presets",),
    ),
    Mutant(
        name="No more jobs are in flight than may be",
        within="JobLimit.take",
        find="self._in_flight >= self._limit",
        replace="False",
        tests=("services/test_job_limit",),
    ),
)

_MEDIACONVERT = (
    Mutant(
        name="A request has its attempt's token",
        within="create_job",
        find='f"{asset.asset_id}-{asset.attempt}"',
        replace="asset.asset_id",
        tests=("adapters/test_adapters",),
    ),
    Mutant(
        name="A search for a job knows the attempt",
        within="find_job",
        find='job.get("UserMetadata") == wanted',
        replace='job.get("UserMetadata", {}).get("asset_id") == asset.asset_id',
        tests=("adapters/test_adapters",),
    ),
    Mutant(
        name="A search that does not come to its end proves nothing",
        within="find_job",
        find="raise TransientError("
        'f"more than {_MAX_PAGES * _PAGE_SIZE} jobs to search for one already submitted")',
        replace="return None",
        tests=("adapters/test_adapters",),
    ),
    Mutant(
        name="A quota or rate that is reached fails no asset",
        within="_HTTP_STATUS_THROTTLED",
        find="(402, 429)",
        replace="()",
        tests=("adapters/test_adapters",),
    ),
)

MUTANTS = (*_CLAIMS, *_NOT_SUBMITTED, *_MEDIACONVERT)
