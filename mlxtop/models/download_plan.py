"""What a download would fetch, asked of the hub before anything is fetched."""

import shutil
from fnmatch import fnmatch
from pathlib import Path

from huggingface_hub import HfApi, constants
from huggingface_hub.hf_api import ModelInfo, RepoSibling

from mlxtop.format import size
from mlxtop.models.download_errors import host
from mlxtop.models.download_lines import Plan
from mlxtop.models.known import installed
from mlxtop.text import one_line

_RESERVE_BYTES = 200_000_000
"""Left free on the disk."""


class NotForMlx(Exception):
    """Downloading is of no use or not possible; the text says why, in one sentence."""


def plan(model: str) -> Plan:
    """Return what there is to fetch; raise NotForMlx, or what the hub raises."""
    api = HfApi()
    info = api.model_info(model, files_metadata=True)
    wanted = [file for file in info.siblings or [] if _wanted(file.rfilename)]
    _check_files(model, [file.rfilename for file in info.siblings or []])
    if info.gated:
        # A gated model's list is open to all: only this tells whether its files are.
        api.auth_check(model)
    cache = Path(constants.HF_HUB_CACHE)
    total = sum(file.size or 0 for file in wanted)
    present = sum(file.size or 0 for file in wanted if _present(cache, model, info.sha, file))
    free = free_bytes(cache)
    if total - present + _RESERVE_BYTES > free:
        raise NotForMlx(
            f"{model} needs {size(total - present)} more, but only {size(free)} are free "
            f"in {one_line(str(cache))}."
        )
    return Plan(
        total_bytes=total,
        present_bytes=present,
        files=len(wanted),
        free_bytes=free,
        target=str(cache),
        host=host(),
        warning=_warning(info),
    )


def free_bytes(directory: Path) -> int:
    """Return the free space where a directory is, or will be made."""
    existing = next((path for path in (directory, *directory.parents) if path.exists()), Path("/"))
    return shutil.disk_usage(existing).free


def _wanted(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in installed().patterns)


def _check_files(model: str, names: list[str]) -> None:
    if any(fnmatch(name, "model*.safetensors") for name in names):
        return
    if any(name.lower().endswith(".gguf") for name in names):
        raise NotForMlx(
            f"{model} holds GGUF weights, and mlx-lm needs safetensors: "
            "look for the same model under mlx-community."
        )
    raise NotForMlx(f"{model} has no model*.safetensors: mlx-lm cannot load it.")


def _present(cache: Path, model: str, commit: str | None, file: RepoSibling) -> bool:
    repository = cache / ("models--" + model.replace("/", "--"))
    blob = file.lfs.sha256 if file.lfs else file.blob_id
    return bool(
        (commit and (repository / "snapshots" / commit / file.rfilename).exists())
        or (blob and (repository / "blobs" / blob).exists())
    )


def _warning(info: ModelInfo) -> str:
    config = info.config or {}
    kind, known = config.get("model_type"), installed()
    if not isinstance(kind, str) or not known.version:
        return ""
    if known.supports(kind, [name for name in config.get("architectures") or [] if name]):
        return ""
    return f"The installed mlx-lm {known.version} does not know its type {one_line(kind, 40)!r}."
