"""Guards of the sweep, which finds uploads whose event was lost."""

from checks.guards.semantic import Mutant

MUTANTS = (
    Mutant(
        name="An upload is registered before it is announced",
        within="UploadSweep._register",
        find='not self.table.register(upload, now=self.clock(), detail="The upload\'s event was lost")',
        replace="False",
        tests=("services/test_upload_sweep",),
    ),
    Mutant(
        name="The sweep gives an event time to arrive",
        within="UploadSweep",
        find="since <= stored.modified_at < now - grace",
        replace="since <= stored.modified_at < now",
        tests=("services/test_swept_uploads",),
    ),
    Mutant(
        name="What a sweep leaves as too new the next one sees",
        within="UploadSweep._unseen",
        find="instant(cursor.previous_began_at) - grace",
        replace="instant(cursor.previous_began_at)",
        tests=("services/test_swept_uploads",),
    ),
    Mutant(
        name="A sweep's position moves once its page is done",
        within="UploadSweep.run",
        find="unseen = list(self._unseen(page, cursor, beginning))",
        replace="""
unseen = list(self._unseen(page, cursor, beginning))
self.checkpoint.save(
    replace(cursor, key_marker=page.key_marker, version_marker=page.version_marker)
    if page.key_marker
    else Cursor(previous_began_at=cursor.began_at)
)
""",
        tests=("services/test_upload_sweep",),
    ),
    Mutant(
        name="A sweep remembers when it began",
        within="UploadSweep",
        find="cursor.began_at is None",
        replace="True",
        tests=("services/test_upload_sweep",),
    ),
    Mutant(
        name="The sweep leaves uploads from before the pipeline",
        within="UploadSweep._unseen",
        find="max(beginning, now - LOOK_BACK)",
        replace="now - LOOK_BACK",
        tests=("services/test_swept_uploads",),
    ),
    Mutant(
        name="The sweep leaves uploads whose record may have expired",
        within="UploadSweep._unseen",
        find="since = max(since, now - timedelta(days=self.asset_retention_days) + grace)",
        replace="pass",
        tests=("services/test_swept_uploads",),
    ),
    Mutant(
        name="A run of the sweep is bounded",
        within="UploadSweep.run",
        find='not has_time() or found["registered"] + captions >= MAX_REGISTERED',
        replace="not has_time()",
        tests=("services/test_upload_sweep",),
    ),
)
