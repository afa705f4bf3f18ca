"""Which changes of a plan lose data or protection."""
