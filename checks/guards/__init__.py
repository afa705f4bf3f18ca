"""Break each guard of the functions in turn, and see what catches it: `make guards`."""
