"""Own factors: somebody sets up and removes what they have besides a password."""
