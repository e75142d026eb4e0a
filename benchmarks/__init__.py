"""Benchmarks: every figure that docs/performance.md quotes, measured here and now.

`python -m benchmarks` measures all of them, prints one JSON line each, and writes the
document. Peers run as programs of their own, with the Python of `.bench/venv`.
"""
