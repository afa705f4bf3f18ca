"""Where requests to the API are remembered."""
