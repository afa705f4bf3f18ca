"""What CloudWatch knows of functions and queues: one file a fix, as above."""
