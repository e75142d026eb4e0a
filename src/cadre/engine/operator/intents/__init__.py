"""Intents: the kinds of command that the operator knows, one module for each family.

A module offers `recognise`: from a sentence to a frame, or None.
"""
