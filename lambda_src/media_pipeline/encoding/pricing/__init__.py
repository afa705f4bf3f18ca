"""What jobs cost: price lists as data, and quotes of a job's settings. Pure."""
