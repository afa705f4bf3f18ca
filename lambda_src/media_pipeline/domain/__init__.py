"""Assets, uploads, events, sources and failures, independent of any AWS service."""
