"""Guards of presets with errors, and of secrets in what is written and sent."""

from checks.guards.semantic import Mutant

MUTANTS = (
    Mutant(
        name="The last good presets do not stand in for invalid ones",
        within="load",
        find="self._current, age = invalid, self._max_fault_age_seconds",
        replace="self._current, age = self._current or invalid, self._max_fault_age_seconds",
        tests=("adapters/test_preset_store",),
    ),
    Mutant(
        name="Invalid presets are announced",
        within="PresetMonitor.load",
        find="self._notify(invalid.faults)",
        replace="None",
        tests=("services/test_preset_monitor",),
    ),
    Mutant(
        name="The log has no secrets",
        within="log_line",
        find="redacted(dict(entry))",
        replace="dict(entry)",
        tests=("domain/test_redaction",),
    ),
    Mutant(
        name="Notifications have no secrets",
        within="publish",
        find="redacted(dict(message))",
        replace="dict(message)",
        tests=("domain/test_redaction",),
    ),
    Mutant(
        name="Records have no secrets",
        within="AssetError",
        find="cut(redacted_text(self.message), MAX_DETAIL_BYTES)",
        replace="cut(self.message, MAX_DETAIL_BYTES)",
        tests=("domain/test_redaction",),
    ),
)
