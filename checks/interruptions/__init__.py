"""Terraform interrupted, raced and robbed of its state, on a stack small enough to do that often."""
