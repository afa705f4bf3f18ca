"""Run jobs and probes."""
