"""The console's files: built by Vite, served from one folder, with a policy that lets only them run."""

import gzip
import mimetypes
import secrets
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cadre.edge.http.paths import is_api

# Vite writes the nonce of `html.cspNonce` here; libraries that add style elements use it.
NONCE_PLACEHOLDER = "__CSP_NONCE__"

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_FOREVER = "public, max-age=31536000, immutable"
_COMPRESSIBLE = {"text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"}
_SMALL_BYTES = 1024

_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8">
<title>cadre: the console is not built</title>
<h1>The console is not built yet</h1>
<p>Run <code>make console</code> in the clone of cadre, then load this page again.</p>
<p>The API at <code>/api/v1</code> works already.</p></html>"""


class Console:
    """Middleware: answer whatever is not the API from `folder`."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app = app
        self._folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_api(scope["path"]):
            return await self._app(scope, receive, send)
        if scope["method"] not in {"GET", "HEAD"}:
            # Raised by hand: outside of the routes nothing turns exceptions into answers.
            response = Response("GET only", 405, {"Allow": "GET, HEAD"})
        else:
            response = await run_in_threadpool(self._answer, scope["path"], Headers(scope=scope))
        return await response(scope, receive, send)

    def _answer(self, path: str, headers: Headers) -> Response:
        if not (self._folder / "index.html").is_file():
            return HTMLResponse(_NOT_BUILT, 503, {"Content-Security-Policy": "default-src 'none'"})
        try:
            file = self._find(path)
        except HTTPException:
            return Response("Not found", 404, media_type="text/plain")
        if file.suffix == ".html":
            return _page(file)
        cache = _FOREVER if path.startswith("/assets/") else "no-cache"
        return _file(file, headers.get("accept-encoding", ""), cache)

    def _find(self, path: str) -> Path:
        """The file at `path`; the page itself for an address inside of the page."""
        file = (self._folder / path.lstrip("/")).resolve() if "\0" not in path else self._folder
        if file.is_file() and file.is_relative_to(self._folder) and not _is_hidden(file):
            return file
        if path.startswith("/assets/") or "." in path.rpartition("/")[2]:
            raise HTTPException(404)
        return self._folder / "index.html"


def _is_hidden(file: Path) -> bool:
    return file.name.startswith(".")


def _page(file: Path) -> Response:
    nonce = secrets.token_urlsafe(16)
    html = file.read_text(encoding="utf-8").replace(NONCE_PLACEHOLDER, nonce)
    headers = {"Content-Security-Policy": _POLICY.format(nonce=nonce), "Cache-Control": "no-cache"}
    return HTMLResponse(html, headers=headers)


def _file(file: Path, accepts: str, cache: str) -> Response:
    media_type = _media_type(file)
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if media_type in _COMPRESSIBLE:
        for encoding, suffix in (("br", ".br"), ("gzip", ".gz")):
            ready = file.with_name(file.name + suffix)
            if encoding in accepts and ready.is_file():
                headers["Content-Encoding"] = encoding
                return FileResponse(ready, media_type=media_type, headers=headers)
        stat = file.stat()
        if "gzip" in accepts and stat.st_size > _SMALL_BYTES:
            headers["Content-Encoding"] = "gzip"
            return Response(_zipped(file, stat.st_mtime), media_type=media_type, headers=headers)
    return FileResponse(file, media_type=media_type, headers=headers)


def _media_type(file: Path) -> str:
    known = {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".webmanifest": "application/json",
    }
    return (
        known.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    )


@lru_cache(maxsize=32)
def _zipped(file: Path, modified_at: float) -> bytes:
    del modified_at  # part of the cache's key only
    return gzip.compress(file.read_bytes(), 6)
