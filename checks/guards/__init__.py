"""Break the functions in a copy, one small change at a time, and report what notices it: `make guards`."""
