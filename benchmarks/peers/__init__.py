"""The peers' side: small programs run by the Python of `.bench/venv`, where their packages live."""
