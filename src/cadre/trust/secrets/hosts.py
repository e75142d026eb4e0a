"""Hosts: where the value of a secret may be sent. Without any, it is sent nowhere.

A host is an origin: `api.github.com` is https on its usual port; another scheme or port is said.
"""

from collections.abc import Collection

from yarl import URL

_SCHEMES = {"http", "https"}


def origin_of(host: str) -> str:
    """`host` as a person writes it, as an origin; raises ValueError with what is wrong."""
    url = _parsed(host if "://" in host else f"https://{host}")
    if url is None or url.path not in {"", "/"} or url.query_string or url.fragment:
        raise ValueError("write a host such as api.github.com, or https://host:port")
    return _origin(url)


def is_among(address: str, origins: Collection[str]) -> bool:
    """Whether `address` is at one of `origins`."""
    url = _parsed(address)
    return url is not None and _origin(url) in origins


def _parsed(text: str) -> URL | None:
    """By what calls are made with too, so that the two never differ."""
    try:
        url = URL(text)
        is_plain = url.scheme in _SCHEMES and bool(url.raw_host) and url.port is not None
    except ValueError:
        return None
    return url if is_plain and url.raw_user is None and url.raw_password is None else None


def _origin(url: URL) -> str:
    return f"{url.scheme}://{url.raw_host}:{url.port}".lower()
