"""Programs that run inside the sandbox, where cadre itself is not importable.

Each reads one JSON request from stdin and writes one JSON answer to stdout: either its
result or `{"error": "..."}`. They import each other (relatively) and nothing else of cadre.
"""
