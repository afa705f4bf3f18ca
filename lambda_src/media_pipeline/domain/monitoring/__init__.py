"""What is watched of a pipeline: series and alarms, dead letters, and the runbook."""
