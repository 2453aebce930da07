"""What every service stands on: requests, errors, effects, the store, blobs and the engine. Knows no service."""
