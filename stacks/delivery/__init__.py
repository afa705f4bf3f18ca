"""What reaches people: playback, the API and webhooks; `settings.delivery` says which stack has them."""
