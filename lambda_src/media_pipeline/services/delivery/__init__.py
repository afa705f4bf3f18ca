"""Use cases of those who watch: what the API tells of assets, and what lets viewers in."""
