"""Puts the migrations, the catalog, the policies and the built console into a wheel; a clone finds them at its top instead."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShipWhatIsOutsideTheSource(BuildHookInterface):
    """Runs for real wheels only: an editable one reads the clone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "web" / "dist" / "index.html").exists():
            raise FileNotFoundError("The console is not built. Run `make console` first.")
        build_data["force_include"] |= {
            str(root / "migrations"): "cadre/migrations",
            str(root / "catalog"): "cadre/catalog",
            str(root / "policies"): "cadre/policies",
            str(root / "web" / "dist"): "cadre/console",
        }
