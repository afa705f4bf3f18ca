"""Wrap what the service takes from outside, so that it fails as ``fault_injection`` says."""
