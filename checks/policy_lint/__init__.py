"""checkov and parliament on every synthesized stack and policy: the last part of `make lint`."""
