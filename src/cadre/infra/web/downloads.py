"""Downloads: files that agents and strangers wrote, handed to a browser without trust.

A file shown in the page's own origin could act as the person who looks at it, so only
kinds that can't act are shown inline, and those inside a policy that lets nothing run.
"""

from pathlib import Path, PurePosixPath
from urllib.parse import quote

from fastapi.responses import FileResponse

_INLINE = {
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/svg+xml",
    "text/plain",
    "text/csv",
    "text/markdown",
    "application/json",
}
_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "frame-ancestors 'self'"
)


def download(path: Path, *, name: str, media_type: str, inline: bool = False) -> FileResponse:
    """Send the file at `path` as `name`, as an attachment unless `inline` is safe for it."""
    shown = inline and media_type.partition(";")[0].strip() in _INLINE
    # Anything textual is shown as plain text; images keep their type.
    safe_type = media_type if not shown or media_type.startswith("image/") else "text/plain"
    return FileResponse(
        path,
        media_type=safe_type,
        headers={
            "Content-Disposition": _disposition(name, shown),
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-cache",
        },
    )


def _disposition(name: str, shown: bool) -> str:
    kind = "inline" if shown else "attachment"
    leaf = PurePosixPath(name).name or "file"
    return f"{kind}; filename*=UTF-8''{quote(leaf, safe='')}"
