"""Write synthesized stacks as folders that Terraform plans and applies by itself."""
