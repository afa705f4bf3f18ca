"""Simulate the pipeline on AWS under load: how long uploads take, and which quota or setting bends first."""
