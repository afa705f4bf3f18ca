"""Give back to Terraform's state what a killed apply made and did not record."""
