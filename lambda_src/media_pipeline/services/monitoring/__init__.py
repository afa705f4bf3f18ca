"""How a pipeline is."""
