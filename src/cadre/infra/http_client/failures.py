"""What went wrong on the way, as kinds that every room knows."""

import aiohttp
from yarl import URL

from cadre.infra.http_client.addresses import RefusedAddress
from cadre.infra.http_client.errors import AddressNotAllowed, BadUrl, HttpTimedOut, HttpUnreachable
from cadre.infra.http_client.pool import NotReached
from cadre.kernel.errors import CadreError

FAILURES = (aiohttp.ClientError, ValueError, OSError)


def translated(url: URL, error: Exception) -> CadreError:
    """One of `FAILURES` as a kind of the kernel's."""
    place = shown(url)
    if isinstance(error, aiohttp.ClientConnectorError | NotReached):
        cause = error.error if isinstance(error, NotReached) else error.os_error
        if isinstance(cause, RefusedAddress):
            return AddressNotAllowed(
                f"{place} leads to an internal address. An admin can allow it by host and port."
            )
        return HttpUnreachable(f"{place} can't be reached: {_reason(error)}.")
    if isinstance(error, aiohttp.InvalidURL):
        return BadUrl(f"{place} is not an address that can be asked.")
    if isinstance(error, TimeoutError):
        return HttpTimedOut(f"{place} did not answer in time; try again later.")
    return HttpUnreachable(f"{place} broke off: {_reason(error)}.")


def shown(url: URL) -> str:
    """The address without credentials or query, fit for an error."""
    return str(url.with_user(None).with_query(None))[:300]


def _reason(error: Exception) -> str:
    return str(error).strip().rstrip(".")[:300] or type(error).__name__
