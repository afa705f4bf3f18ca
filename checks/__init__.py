"""Programs that people run by hand to check the project."""
