"""Which changes of a plan alter who may do what."""
