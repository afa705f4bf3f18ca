"""Run every kind of source through the deployed sandbox, and compare what comes out with what is written."""
