"""Adds the themes and recordings that pyproject.toml names to the wheel.

This is a hook because `force-include` would also copy them into an editable installation, which
reads them from the checkout.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedFiles(BuildHookInterface[Any]):
    """Puts each named file of `themes/` and `recordings/` under `mlxtop/data/`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to a wheel; hatchling reports missing ones."""
        if version == "editable":
            return
        for folder in ("themes", "recordings"):
            for name in self.config[folder]:
                build_data["force_include"][f"{folder}/{name}"] = f"mlxtop/data/{folder}/{name}"
