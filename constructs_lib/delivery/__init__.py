"""What reaches viewers: distributions, the keys that sign for them, and what they run at the edge."""
