"""Infra: plumbing that knows nothing of agents (database, blobs, bus, web, http client, telemetry)."""
