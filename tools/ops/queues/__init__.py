"""Dead-letter queues and their messages."""
