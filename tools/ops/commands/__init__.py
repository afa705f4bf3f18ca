"""The commands: look, show what would be done, ask, do it, and print the result."""
