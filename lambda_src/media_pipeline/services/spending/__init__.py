"""What jobs cost, and what may be spent."""
