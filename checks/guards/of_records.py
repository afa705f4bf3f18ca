"""The guards of the records: the table of statuses, and the condition of each write."""

from checks.guards.guard import (
    Guard,
    code,
    fake,
    guard,
    table,
)

_CONTRACT = "unit/lambda/test_asset_table_contract"
_ATTEMPTS = "unit/lambda/test_asset_table_attempts"

GUARDS: tuple[Guard, ...] = (
    guard(
        "An end is for ever",
        code(
            "domain/asset",
            "    AssetStatus.FAILED: frozenset(),\n",
            "    AssetStatus.FAILED: frozenset({AssetStatus.VERIFYING, AssetStatus.CANCELED}),\n",
        ),
    ),
    guard(
        "COMPLETE comes from VERIFYING alone",
        code(
            "domain/asset",
            "frozenset(AssetStatus) - {AssetStatus.RECEIVED, AssetStatus.COMPLETE}",
            "frozenset(AssetStatus) - {AssetStatus.RECEIVED}",
        ),
        held_by="property/test_transitions",
    ),
    guard(
        "Each version of an object is an asset",
        code("domain/asset", "self.key, self.version_id or self.etag)", "self.key, self.etag)"),
    ),
    guard(
        "A replay forgets the last job",
        code("domain/asset_record", '    "job_id",\n    "notified_at",\n', '    "notified_at",\n'),
    ),
    guard(
        "A replay forgets that the last end was told of",
        code("domain/asset_record", '    "notified_at",\n    "outputs",\n', '    "outputs",\n'),
    ),
    guard(
        "A replay forgets the last plan",
        code(
            "domain/asset_record",
            '    "planned_outputs",\n    "preset_versions",\n',
            '    "preset_versions",\n',
        ),
        held_by=_ATTEMPTS,
    ),
    guard(
        "An asset has so many attempts at most",
        table("        if asset.attempt >= MAX_ATTEMPTS:\n", "        if False:\n"),
        held_by=_ATTEMPTS,
    ),
    guard(
        "Only an end is replayed",
        table("        if not asset.is_terminal:\n", "        if False:\n"),
        held_by=_ATTEMPTS,
    ),
    guard(
        "A replay: the record is as it was read",
        table(
            '            .require_equal("status", asset.status.value)\n'
            '            .require_equal("attempt", asset.attempt)\n'
            "        )\n"
            "        for name",
            "        )\n        for name",
        ),
        fake(
            'record = self._unchanged(asset, "status", "attempt")\n'
            "        if record is None:\n            return None\n",
            "record = self.records[asset.asset_id]\n",
        ),
    ),
    guard(
        "A record is made once",
        table('                    ConditionExpression="attribute_not_exists(asset_id)",\n', ""),
        fake("        if record is None:\n            created", "        if True:\n            created"),
    ),
    guard(
        "An upload that has a record is not registered",
        table('                    ConditionExpression="attribute_not_exists(asset_id)",\n', ""),
        fake("        if upload.asset_id in self.records:\n            return False\n", ""),
        held_by=_ATTEMPTS,
    ),
    guard(
        "What is beyond RECEIVED is not claimed",
        table("        if asset.status is not AssetStatus.RECEIVED:\n", "        if False:\n"),
        fake("        if asset.status is not AssetStatus.RECEIVED:\n", "        if False:\n"),
    ),
    guard(
        "A held claim is not taken over",
        table("        if asset.claimed_until > timestamp(now):\n", "        if False:\n"),
        fake("        if asset.claimed_until > timestamp(now):\n", "        if False:\n"),
        held_by=_CONTRACT,
    ),
    guard(
        "Under a claim: the claim still stands",
        table('\n        .require_equal("claimed_until", asset.claimed_until)\n', "\n"),
        fake('self._unchanged(asset, "attempt", "claimed_until")', 'self._unchanged(asset, "attempt")'),
        held_by=_CONTRACT,
    ),
    guard(
        "Under a claim: the attempt is the same",
        table(
            '        .require_equal("attempt", asset.attempt)\n        .require_equal("claimed_until"',
            '        .require_equal("claimed_until"',
        ),
        fake('self._unchanged(asset, "attempt", "claimed_until")', 'self._unchanged(asset, "claimed_until")'),
        held_by=_ATTEMPTS,
    ),
    guard(
        "Under a claim: nothing was submitted yet",
        table(
            '        write.require_equal("status", AssetStatus.RECEIVED.value)\n        .require_equal',
            "        write.require_equal",
        ),
        fake('record is None or record["status"] != AssetStatus.RECEIVED.value', "record is None"),
        held_by=_CONTRACT,
    ),
    guard(
        "A step follows from the status",
        table(
            '            .require_one_of("status", [status.value for status in statuses_before(step.to)])\n',
            "",
        ),
        code(
            "domain/asset",
            "            may_follow(asset.status, self.to)\n            and asset",
            "            asset",
        ),
    ),
    guard(
        "A step: the attempt is the same",
        table('            .require_equal("attempt", step.attempt)\n', ""),
        code("domain/asset", "            and asset.attempt == self.attempt\n", ""),
        held_by=_CONTRACT,
    ),
    guard(
        "A step: the job is no other",
        table('            write.require_absent_or_equal("job_id", step.job_id)\n', ""),
        code(
            "domain/asset",
            "            and (self.job_id is None or asset.job_id in (None, self.job_id))\n",
            "",
        ),
        held_by=_CONTRACT,
    ),
    guard(
        "A step under a claim: the claim still stands",
        table(
            'write.require_equal("claimed_until", step.claimed_until).require_absent("job_id")',
            'write.require_absent("job_id")',
        ),
        code(
            "domain/asset",
            "asset.claimed_until == self.claimed_until and asset.job_id is None",
            "asset.job_id is None",
        ),
        held_by=_CONTRACT,
    ),
    guard(
        "A step under a claim: no job is known",
        table(
            'write.require_equal("claimed_until", step.claimed_until).require_absent("job_id")',
            'write.require_equal("claimed_until", step.claimed_until)',
        ),
        code(
            "domain/asset",
            "asset.claimed_until == self.claimed_until and asset.job_id is None",
            "asset.claimed_until == self.claimed_until",
        ),
        held_by=_CONTRACT,
    ),
    guard(
        "Progress: the status is the same",
        table('_touched(asset, now).require_equal("status", asset.status.value)\n', "_touched(asset, now)\n"),
        held_by=_CONTRACT,
    ),
    guard(
        "Progress: the attempt is the same",
        table(
            '        write.require_equal("attempt", asset.attempt)\n        if percent', "        if percent"
        ),
        held_by=_ATTEMPTS,
    ),
    guard(
        "Progress: no older percentage replaces a newer one",
        table('.require_absent_or_below("progress_percent", percent)', ""),
        held_by=_CONTRACT,
    ),
    guard(
        "Warnings: the attempt is the same",
        table(
            '.set("warnings_left_out", left_out)\n        write.require_equal("attempt", asset.attempt)\n',
            '.set("warnings_left_out", left_out)\n',
        ),
        held_by=_ATTEMPTS,
    ),
    guard(
        "News of an end: the attempt is the same",
        table(
            '.set("notified_at", timestamp(now)).require_equal("attempt", asset.attempt)',
            '.set("notified_at", timestamp(now))',
        ),
        fake('record = self._unchanged(asset, "attempt")\n', "record = self._unchanged(asset)\n"),
        held_by=_ATTEMPTS,
    ),
    guard(
        "A repair: the asset did not change meanwhile",
        table(
            '_touched(asset, now).require_equal("updated_at", asset.updated_at)\n', "_touched(asset, now)\n"
        ),
        fake('self._unchanged(asset, "status", "updated_at")', 'self._unchanged(asset, "status")'),
        held_by=_CONTRACT,
    ),
    guard(
        "A write makes no record",
        code("adapters/dynamodb", '["attribute_exists(asset_id)"]', "[]"),
        held_by="unit/lambda/test_lifecycle",
    ),
)
