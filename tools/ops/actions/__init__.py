"""What operators do with assets: cancel, replay, backfill, redrive."""
