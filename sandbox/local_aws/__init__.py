"""The local AWS: MiniStack with fixes."""
