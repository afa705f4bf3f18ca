"""Look, before a deployment, whether the account has room for it: quotas, names, the bucket for state."""
