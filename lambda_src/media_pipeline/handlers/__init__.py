"""Entry points of the functions: settings from the environment, wiring, batches."""
