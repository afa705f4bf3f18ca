"""Guards of the reconciler's repairs: what is believed, what is announced again, and when it ends."""

from checks.guards.semantic import Mutant

_TESTS = ("services/test_stuck_assets",)

MUTANTS = (
    Mutant(
        name="A repair reads the record, not the index",
        within="StuckAssets._repair",
        find="asset is None or asset.status is not status",
        replace="asset is None",
        tests=_TESTS,
    ),
    Mutant(
        name="One repair of several at once announces an upload",
        within="StuckAssets",
        find="not self.table.take_for_repair(asset, now=self.clock(), redelivery=True)",
        replace="False",
        tests=_TESTS,
    ),
    Mutant(
        name="An asset that is never submitted fails in the end",
        within="StuckAssets",
        find="asset.redeliveries >= MAX_REDELIVERIES",
        replace="False",
        tests=_TESTS,
    ),
    Mutant(
        name="No asset is given up under a claim",
        within="StuckAssets._give_up",
        find="asset.claimed_until",
        replace="None",
        tests=_TESTS,
    ),
    Mutant(
        name="An upload is announced again at growing intervals",
        within="StuckAssets._announce_again",
        find="min(self._stuck_after * 2**asset.redeliveries, LONGEST_WAIT)",
        replace="self._stuck_after",
        tests=_TESTS,
    ),
    Mutant(
        name="A job that MediaConvert does not know ends its asset",
        within="StuckAssets._ask_for_job",
        find='error = failure("JOB_NOT_FOUND").error()',
        replace='return "stuck"',
        tests=_TESTS,
    ),
    Mutant(
        name="A run of repairs is bounded",
        within="StuckAssets.run",
        find="helped == MAX_ASSETS_PER_STATUS or not has_time()",
        replace="not has_time()",
        tests=_TESTS,
    ),
)
