"""`make smoke`: prove on a deployed pipeline what only AWS itself can show, and leave nothing behind."""
