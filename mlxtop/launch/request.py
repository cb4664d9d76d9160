"""The request of a command line, combined with the config."""

from pathlib import Path
from typing import Any

import msgspec

from mlxtop import config as settings
from mlxtop import paths
from mlxtop.paths import DEMO
from mlxtop.presets import Example, read_preset
from mlxtop.sources.options import EarlierConversation, LiveOptions, ModelSpec

"""Exit statuses."""


class RunRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a command line; None if not given."""

    model: str | None = None
    prompt: str | None = None
    system: str | None = None
    prompt_config: Path | None = None
    examples: tuple[Example, ...] = ()
    json: bool = False
    adapter: str | None = None
    draft: str | None = None
    trust_remote_code: bool = False
    sampling: dict[str, Any] = {}
    hz: float | None = None
    record: bool | None = None
    text: bool | None = None
    headless: bool = False
    anonymous: bool = False
    resume: Path | None = None
    at: str | None = None
    earlier: EarlierConversation | None = None
    """The conversation of `resume` at `at`, once it is read."""


def wanted(request: RunRequest, config: settings.Config) -> ModelSpec | None:
    """Return the model to load: the named one, else the configured one, else None."""
    name = request.model or config.model
    if not name:
        return None
    return ModelSpec(
        model=paths.model_named(name),
        adapter=request.adapter,
        draft=None if request.draft is None else paths.model_named(request.draft),
        trust_remote_code=request.trust_remote_code,
    )


def no_model(name: str) -> str:
    """Return a sentence if a name is neither a folder nor a Hugging Face id."""
    if Path(name).expanduser().exists():
        return ""
    if "/" not in name:
        # Imported here: a replay does not need to look at weights.
        from mlxtop.models.locate import looked_at

        if looked_at(name) is not None:  # early ids of the hub have no owner
            return ""
    if "/" not in name or name.startswith(("/", "./", "../", "~")):
        return (
            f"There is nothing at {name}: check the path, or give a Hugging Face id (owner/name), "
            f"or `{DEMO}` for the built-in model."
        )
    return ""


def with_preset(request: RunRequest) -> tuple[RunRequest, tuple[str, ...]]:
    """Return the request with the values of its prompt config, and sentences on ignored keys.

    The command line takes precedence. Raises PresetError.
    """
    if request.prompt_config is None:
        return request, ()
    preset = read_preset(request.prompt_config)
    known = msgspec.structs.replace(
        request,
        system=preset.system if request.system is None else request.system,
        examples=preset.examples,
        sampling={**preset.sampling, **request.sampling},
    )
    return known, preset.warnings


def live_options(request: RunRequest, config: settings.Config) -> LiveOptions:
    """Return the options of the run: the command line takes precedence over the config."""
    return LiveOptions(
        recordings=config.recordings_dir,
        log=paths.log_dir() / "engine.log",
        hz=request.hz or config.hz,
        record=config.record if request.record is None else request.record,
        must_record=request.record is True or (request.headless and request.record is not False),
        text=not request.anonymous and (config.text if request.text is None else request.text),
        anonymous=request.anonymous,
        limit_bytes=config.recordings_limit_bytes,
        system=request.system or "",
        examples=request.examples,
        earlier=request.earlier,
        sampling=msgspec.structs.replace(config.sampling, **request.sampling),
        thinking_tags=config.thinking.tags,
    )
