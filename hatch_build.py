"""What a wheel carries besides the package: the themes and recordings named in pyproject.toml.

A hook and not `force-include`, because that would copy them into an editable installation too,
where they lie in the checkout.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedFiles(BuildHookInterface[Any]):
    """Puts each named file of `themes/` and `recordings/` under `mlxtop/data/`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to a wheel; hatchling says so where one is missing."""
        if version == "editable":
            return
        for folder in ("themes", "recordings"):
            for name in self.config[folder]:
                build_data["force_include"][f"{folder}/{name}"] = f"mlxtop/data/{folder}/{name}"
