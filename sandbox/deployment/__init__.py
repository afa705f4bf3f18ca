"""Deploy the stack to a sandbox, and destroy it."""
