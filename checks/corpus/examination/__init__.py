"""Compare outputs with what is expected of them."""
