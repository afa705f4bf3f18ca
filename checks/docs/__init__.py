"""Make the parts of README and docs/ that follow from the code: `make docs` writes them."""
