"""Access to AWS services: one module per resource."""
