"""The guards of what follows a job to its asset's end, and of what makes up for losses."""

from checks.guards.guard import Guard, code, guard

_JOBS = (
    guard(
        "News of jobs that are not the pipeline's is passed over",
        code(
            "services/job_state_changes",
            "change.asset_id is None or change.pipeline != self.pipeline",
            "change.asset_id is None",
        ),
        held_by="unit/lambda/test_job_changes",
    ),
    guard(
        "News of an asset without a record is kept",
        code(
            "services/job_state_changes", "            raise UnknownAssetError(f", "            return bool(f"
        ),
        held_by="unit/lambda/test_job_changes",
    ),
    guard(
        "News of another attempt or job is passed over",
        code(
            "services/job_state_changes",
            "        if asset.attempt != change.attempt or asset.job_id not in (None, change.job_id):\n",
            "        if False:\n",
        ),
        held_by="unit/lambda/test_job_changes",
    ),
    guard(
        "An event is not believed before MediaConvert says so",
        code("services/job_state_changes", "event if is_believed else self._confirmed(event)", "event"),
    ),
    guard(
        "A job that may have read something newer completes nothing",
        code(
            "services/job_state_changes",
            "self._end_as_superseded(asset, change) or self._verify",
            "self._verify",
        ),
    ),
    guard(
        "A job that was done before is verified",
        code(
            "services/job_state_changes",
            "        if asset.status is AssetStatus.VERIFYING:\n",
            "        if False:\n",
        ),
        held_by="unit/lambda/test_superseded",
    ),
    guard(
        "Nothing is complete without its outputs",
        code(
            "services/job_state_changes",
            "        if verification.error is not None:\n",
            "        if False:\n",
        ),
    ),
    guard(
        "Verification looks at every file that was planned",
        code(
            "services/verification",
            "            elif not self.sizes.get(key):\n",
            "            elif False:\n",
        ),
    ),
)

_ENDS = (
    guard(
        "An end that could not be recorded is not counted",
        code(
            "services/lifecycle",
            "        if finished is None:\n            return False\n",
            "        finished = finished or asset\n",
        ),
        held_by="unit/lambda/test_lifecycle",
    ),
    guard(
        "Nothing is told of an asset that has not ended",
        code(
            "services/lifecycle",
            "not asset.is_terminal or asset.notified_at is not None",
            "asset.notified_at is not None",
        ),
    ),
    guard(
        "An end is told of once",
        code(
            "services/lifecycle",
            "not asset.is_terminal or asset.notified_at is not None",
            "not asset.is_terminal",
        ),
        held_by="unit/lambda/test_lifecycle",
    ),
    guard(
        "The news is sent before it is noted as sent",
        code(
            "services/lifecycle",
            "        error = asset.error.as_record() if asset.error else None\n        self.publisher",
            "        error = asset.error.as_record() if asset.error else None\n"
            "        self.table.note_notified(asset, now=self.clock())\n        self.publisher",
        ),
    ),
    guard(
        "The next run begins where news could not be sent",
        code(
            "services/pending_notifications",
            "reason=str(error))\n                    reached = min(reached, instant(ended.updated_at))\n",
            "reason=str(error))\n",
        ),
        held_by="unit/lambda/test_unsent_ends",
    ),
    guard(
        "The next run begins where the last one had no time",
        code(
            "services/pending_notifications",
            "instant(ended.updated_at))\n                    break\n",
            "reached)\n                    break\n",
        ),
        held_by="unit/lambda/test_unsent_ends",
    ),
    guard(
        "Runs leave no gap between them",
        code(
            "services/pending_notifications",
            "max(self.cursor.load() or until - LOOK_BACK, until - LOOK_BACK)",
            "until - timedelta(seconds=self.overdue_seconds)",
        ),
    ),
)

_REPAIRS = (
    guard(
        "The index is not believed",
        code(
            "services/stuck_assets",
            "            if asset is None or asset.status is not status:\n",
            "            if asset is None:\n",
        ),
        held_by="unit/lambda/test_repairs",
    ),
    guard(
        "One of two reconcilers announces",
        code(
            "services/stuck_assets",
            '                return "alive"\n            self.queue',
            "                pass\n            self.queue",
        ),
        held_by="unit/lambda/test_repairs",
    ),
    guard(
        "An asset is given up in the end",
        code(
            "services/stuck_assets",
            "        if asset.redeliveries >= MAX_REDELIVERIES:\n",
            "        if False:\n",
        ),
        held_by="unit/lambda/test_repairs",
    ),
    guard(
        "No asset is given up under a claim",
        code("services/stuck_assets", "            claimed_until=asset.claimed_until,\n", ""),
        held_by="unit/lambda/test_repairs",
    ),
    guard(
        "Announcements become more seldom",
        code(
            "services/stuck_assets",
            "min(self._stuck_after * 2**asset.redeliveries, LONGEST_WAIT)",
            "self._stuck_after",
        ),
        held_by="unit/lambda/test_repairs",
    ),
    guard(
        "A job that is unknown ends its asset",
        code(
            "services/stuck_assets",
            "        if job is None:\n            error",
            '        if job is None:\n            return "stuck"\n            error',
        ),
        held_by="unit/lambda/test_repairs",
    ),
    guard(
        "A run of repairs is bounded",
        code(
            "services/stuck_assets",
            "                if helped == MAX_ASSETS_PER_STATUS or not has_time():\n",
            "                if not has_time():\n",
        ),
        held_by="unit/lambda/test_repairs",
    ),
)

_SWEEP = (
    guard(
        "An upload is registered before it is announced",
        code(
            "services/upload_sweep",
            "if not self.table.register(upload,",
            "if False and self.table.register(upload,",
        ),
        held_by="unit/lambda/test_sweep",
    ),
    guard(
        "What a sweep passed over as too new, the next one sees",
        code(
            "services/upload_sweep",
            "instant(cursor.previous_began_at) - grace if",
            "instant(cursor.previous_began_at) if",
        ),
    ),
    guard(
        "The cursor moves when the page is worked off",
        code(
            "services/upload_sweep",
            '            found["registered"] += self._register(',
            "            self.cursors.save(\n"
            "                replace(\n"
            "                    cursor, key_marker=page.key_marker, version_marker=page.version_marker\n"
            "                )\n"
            "                if page.key_marker\n"
            "                else Cursor(previous_began_at=cursor.began_at)\n"
            "            )\n"
            '            found["registered"] += self._register(',
        ),
    ),
    guard(
        "A sweep remembers when it began",
        code("services/upload_sweep", "            if cursor.began_at is None:\n", "            if True:\n"),
        held_by="unit/lambda/test_sweep",
    ),
    guard(
        "An event has time to arrive",
        code("services/upload_sweep", "stored.modified_at < now - grace", "stored.modified_at < now"),
        held_by="unit/lambda/test_swept_uploads",
    ),
    guard(
        "What was there before the pipeline is not its own",
        code(
            "services/upload_sweep",
            "        since = max(beginning, now - LOOK_BACK)\n",
            "        since = now - LOOK_BACK\n",
        ),
        held_by="unit/lambda/test_swept_uploads",
    ),
    guard(
        "Whose record may have expired is left alone",
        code("services/upload_sweep", "        if self.asset_retention_days:\n", "        if False:\n"),
        held_by="unit/lambda/test_swept_uploads",
    ),
    guard(
        "A sweep's run is bounded",
        code("services/upload_sweep", ' or found["registered"] + captions >= MAX_REGISTERED', ""),
        held_by="unit/lambda/test_sweep",
    ),
)

GUARDS: tuple[Guard, ...] = (*_JOBS, *_ENDS, *_REPAIRS, *_SWEEP)
