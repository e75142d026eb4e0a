"""Origins: which pages elsewhere may ask, written as browsers write them."""

from urllib.parse import urlsplit


def check_origin(text: str) -> str:
    """`text` as an origin, or ValueError."""
    try:
        parts = urlsplit(text.strip().lower())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("write an origin as https://host or https://host:port") from None
    if parts.scheme not in {"https", "http"} or not host or "*" in host or parts.username:
        raise ValueError("write an origin as https://host or https://host:port, without `*`")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("an origin has no path: https://host or https://host:port")
    if parts.scheme == "http" and host not in {"localhost", "127.0.0.1", "::1"}:
        raise ValueError("only https is taken, because the key travels with each request")
    shown = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{shown}" + ("" if port in {None, usual} else f":{port}")
