"""Kernel: the words that every room shares (ids, errors, scope, messages, events, paging).

It imports the standard library and pydantic only, so that any room may stand on it.
"""
