"""Uploads: which keys are the pipeline's, which are accepted, and what lies under them."""
