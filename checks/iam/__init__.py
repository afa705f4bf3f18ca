"""What each role is granted, what it used where policies were enforced, and why the rest stays."""
