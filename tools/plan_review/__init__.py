"""Review a Terraform plan: what it would do, in a minute's reading, and whether data would be lost."""
