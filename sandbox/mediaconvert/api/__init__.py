"""Requests, validation, authorization and errors of the MediaConvert API."""
