"""Jobs, queues, templates and tags, and the events about them."""
