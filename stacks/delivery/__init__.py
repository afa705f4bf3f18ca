"""What reaches people: private playback, the API and webhooks; `settings.delivery` says which stack has it."""
