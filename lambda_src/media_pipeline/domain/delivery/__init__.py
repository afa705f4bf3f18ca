"""What reaches people: who may call the API, and what opens an asset to a viewer."""
