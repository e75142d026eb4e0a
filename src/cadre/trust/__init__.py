"""Trust: who somebody is, what they may do and spend, and the proof of it."""
