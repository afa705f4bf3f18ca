"""The model: the pipeline's parts, and the run of all of them together."""
