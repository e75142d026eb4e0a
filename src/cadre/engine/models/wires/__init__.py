"""Wires: the words of each family of providers, to and from ours. One attempt a call.

Nothing above this package knows a provider's field names; nothing in it knows of routes,
retries or money.
"""
