"""Where the built console lies: in the package of a wheel, in `web/dist` of a clone."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def console_folder() -> Path:
    """The folder with `index.html`; it may not be built yet."""
    packaged = _PACKAGE / "console"
    return packaged if packaged.exists() else _PACKAGE.parents[1] / "web" / "dist"
