"""The guards of what fails: damaged files are set apart and not tried again, bad presets burn nothing."""

from checks.guards.guard import (
    Edit,
    Guard,
    code,
    guard,
)

_QUARANTINE = (
    guard(
        "A damaged file is tagged before anybody is told",
        code(
            "services/lifecycle",
            "        quarantined = self._keep_apart(asset)\n",
            "        quarantined = asset.error is not None and quarantines(asset.error.code)\n",
        ),
    ),
    guard(
        "News of a damaged file waits for its tags",
        code(
            "services/lifecycle",
            "            return self.uploads.quarantine(asset.upload, reason=asset.error.code)\n",
            "            try:\n"
            "                return self.uploads.quarantine(asset.upload, reason=asset.error.code)\n"
            "            except Exception:\n"
            "                return False\n",
        ),
        held_by="unit/lambda/test_quarantine",
    ),
    guard(
        "A file that comes through is released",
        code("services/lifecycle", "            self.uploads.release(asset.upload)\n", "            pass\n"),
        held_by="unit/lambda/test_quarantine",
    ),
    guard(
        "An uploader's tags are kept",
        code("domain/quarantine", "    return {**theirs, **dict(", "    return {**dict("),
        held_by="unit/lambda/test_quarantine",
    ),
)

_REPLAYS = (
    guard(
        "What a replay can't help is left alone",
        Edit(
            path="tools/ops/actions/replay.py",
            old="        if asset.error is not None and not asset.error.replay_helps and not self.force:\n",
            new="        if False:\n",
        ),
        held_by="unit/ops/test_ops_replay",
    ),
)

_PRESETS = (
    guard(
        "Presets with faults burn no receives",
        code(
            "services/redelivery",
            "        waits_for_operator = isinstance(error, WaitsForOperatorError)\n",
            "        waits_for_operator = False\n",
        ),
        held_by="unit/lambda/test_redelivery",
    ),
    guard(
        "Waiting for presets leaves patience for throttling",
        code("services/redelivery", "        if waits_for_operator:\n", "        if False:\n"),
        held_by="unit/lambda/test_redelivery",
    ),
    guard(
        "The last good presets are not used in place of bad ones",
        code(
            "adapters/preset_store",
            "                self._current, age = invalid, self._max_fault_age_seconds\n",
            "                self._current = self._current or invalid\n"
            "                age = self._max_fault_age_seconds\n",
        ),
        held_by="unit/lambda/test_preset_store",
    ),
    guard(
        "People are told of bad presets",
        code("services/preset_monitor", "            self._tell(invalid.faults)\n", ""),
        held_by="unit/lambda/test_preset_watch",
    ),
    guard(
        "An upload that waits for presets takes no slot",
        code(
            "services/ingest",
            "        # Before a slot: an upload that waits for presets,",
            "        self.slots.take()\n        # Before a slot: an upload that waits for presets,",
        ),
        held_by="unit/lambda/test_waiting_for_presets",
    ),
)

GUARDS: tuple[Guard, ...] = (*_QUARANTINE, *_REPLAYS, *_PRESETS)
