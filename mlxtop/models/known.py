"""The model types that the installed mlx-lm supports, found without importing it."""

import ast
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

_PATTERNS = (
    "*.json",
    "model*.safetensors",
    "*.py",
    "tokenizer.model",
    "*.tiktoken",
    "tiktoken.model",
    "*.txt",
    "*.jsonl",
    "*.jinja",
)


@dataclass(frozen=True)
class Known:
    """The model types for mlx-lm's `_get_classes`."""

    version: str = ""
    """Empty if mlx-lm is not installed."""
    models: Path | None = None
    """Folder with a Python file for each model type."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Model type → file."""
    by_architecture: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Model type and architecture → file; takes precedence over `renamed`."""

    patterns: tuple[str, ...] = _PATTERNS
    """Files of a repository that mlx-lm downloads, as shell patterns."""

    def supports(self, model_type: str, architectures: list[str]) -> bool:
        """Return whether mlx-lm has a module for a model."""
        return self._is_model(self.module(model_type, architectures))

    def module(self, model_type: str, architectures: list[str]) -> str:
        """Return the name of mlx-lm's module for a model, even if it does not exist."""
        for architecture in architectures:
            if found := self.by_architecture.get((model_type, architecture)):
                return found
        return self.renamed.get(model_type, model_type)

    def defaults(self, module: str) -> dict[str, Any]:
        """Return the defaults of a module's arguments, by name."""
        if self.models is None or not self._is_model(module):
            return {}
        return _defaults(self.models / f"{module}.py")

    def _is_model(self, name: str) -> bool:
        # The name comes from an untrusted file: only a plain file name, not a path.
        if self.models is None or not name.replace("-", "_").replace(".", "_").isidentifier():
            return False
        try:
            # Helpers such as cache.py are in the same folder; only models have arguments.
            return "class ModelArgs" in (self.models / f"{name}.py").read_text("utf-8")
        except (OSError, ValueError):
            return False


@cache
def installed() -> Known:
    """Return the model types of the installed mlx-lm; about 5 ms, once."""
    try:
        found = distribution("mlx-lm")
    except PackageNotFoundError:
        return Known()
    package = Path(str(found.locate_file("mlx_lm")))
    literals = _literals(package / "utils.py")
    patterns = [
        name for name in literals.get("DEFAULT_ALLOW_PATTERNS", []) if isinstance(name, str)
    ]
    return Known(
        version=found.version,
        models=package / "models",
        renamed={
            key: value
            for key, value in literals.get("MODEL_REMAPPING", {}).items()
            if isinstance(key, str) and isinstance(value, str)
        },
        by_architecture={
            key: value
            for key, value in literals.get("MODEL_ARCHITECTURE_REMAPPING", {}).items()
            if isinstance(key, tuple) and len(key) == 2 and isinstance(value, str)
        },
        patterns=tuple(patterns) or _PATTERNS,
    )


def _literals(path: Path) -> dict[str, Any]:
    """Return the lists and dictionaries that a module assigns to names, without running it."""
    found: dict[str, Any] = {}
    for node in _body(path):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() | ast.List() as value):
                with suppress(ValueError):  # built from more than literals
                    found[name] = ast.literal_eval(value)
    return found


@cache
def _defaults(path: Path) -> dict[str, Any]:
    """Return the literal defaults of a module's argument classes."""
    found: dict[str, Any] = {}
    for kind in _body(path):
        # The arguments of a vision part have the same names.
        if not isinstance(kind, ast.ClassDef) or "Vision" in kind.name:
            continue
        for node in kind.body:
            match node:
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    with suppress(ValueError):  # built from more than literals
                        found[name] = ast.literal_eval(value)
    return found


def _body(path: Path) -> list[ast.stmt]:
    try:
        return ast.parse(path.read_text("utf-8")).body
    except (OSError, ValueError, SyntaxError):
        return []
