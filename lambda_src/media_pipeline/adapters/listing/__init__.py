"""Assets page by page, newest first."""
