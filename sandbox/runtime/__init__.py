"""Servers, processes and files of a sandbox."""
