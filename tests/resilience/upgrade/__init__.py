"""An earlier release, as it was deployed: `previous.tar.xz` holds its Terraform JSON and its functions' code.

It lies here because a shallow clone has no history to synthesize it from.
`python -m tests.resilience.upgrade COMMIT` takes another commit in its place.
"""
