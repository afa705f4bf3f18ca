"""What operators do to single assets: cancel, replay, remove; by command line and by API alike."""
