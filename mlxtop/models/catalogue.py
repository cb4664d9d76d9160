"""Model directories: a description, or the reason why mlx-lm cannot load it."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from mlxtop.format import size
from mlxtop.models import describe
from mlxtop.models.fits import CacheLayout, cache_layout
from mlxtop.models.json_file import BadJson, Fault, Incomplete, Object, read_object
from mlxtop.models.known import Known, installed
from mlxtop.models.parameters import language_part, other_part, stored, undone, widened
from mlxtop.models.weights import Weights, check_tokenizer, read_weights, weight_files
from mlxtop.text import one_line

_OTHERS = "Its vision or audio part, {}, is not loaded: mlx-lm runs only the language model."
_WIDENED = "Its 8-bit floats become bfloat16 as mlx-lm loads them."


@dataclass(frozen=True)
class ModelInfo:
    """A model directory; with a `problem` it cannot be loaded and figures may be missing."""

    id: str
    """Its name, printable: a Hugging Face id or the directory's name."""
    path: Path
    size_bytes: int = 0
    """Bytes of the weight files."""
    quantization: str = ""
    """In words: "4 bits, groups of 64", "bfloat16"."""
    architecture: str = ""
    """Its model type, printable."""
    parameters: int | None = None
    context_tokens: int | None = None
    loaded_bytes: int = 0
    """Bytes of the tensors that mlx-lm loads: those of the language model."""
    cache: CacheLayout | None = None
    """Its KV caches; None if unknown."""
    modified: float = 0.0
    """When the weights were written, seconds since the Unix epoch."""
    problem: str = ""
    """Why it cannot be loaded, as a sentence."""
    incomplete: bool = False
    """True if a part of it is missing."""
    needs_code: bool = False
    """True if loading it runs Python code from its directory (`--trust-remote-code`)."""
    note: str = ""
    """A sentence to know about a model that loads."""


def inspect(path: str | Path, name: str = "", known: Known | None = None) -> ModelInfo:
    """Return a description of any path."""
    try:
        directory = Path(path).expanduser()
        name = one_line(name or directory.resolve().name or str(directory), 120)
        if (problem := _not_a_directory(directory)) is not None:
            return ModelInfo(id=name, path=directory, problem=problem)
        return _look(ModelInfo(id=name, path=directory), known or installed())
    except (OSError, RuntimeError, ValueError) as error:  # no home, a null byte, no permission
        words = one_line(getattr(error, "strerror", None) or str(error))
        shown = one_line(name or str(path), 120)
        return ModelInfo(id=shown, path=Path(path), problem=f"It cannot be read: {words}.")


def _not_a_directory(path: Path) -> str | None:
    shown = one_line(str(path))
    if path.is_dir():
        return None
    if not path.exists():
        return f"There is nothing at {shown}."
    if path.suffix.lower() == ".gguf":
        return f"{shown} is a GGUF file; mlx-lm needs a directory with safetensors."
    return f"{shown} is a file; a model is a directory with config.json and safetensors."


def _look(found: ModelInfo, known: Known) -> ModelInfo:
    """Return the model with its figures, up to the first fault."""
    try:
        _check_regular(found.path)
        config = read_object(found.path / "config.json")
        _check_no_adapter(found.path)
        if config is None:
            # Weights of another kind are a better explanation than a missing config.
            with suppress(Incomplete):
                weight_files(found.path)
            raise Incomplete("it has no config.json.")
        found = _described(found, config, known)
        code = config.get("model_file")
        if not code:
            _check_type(config, known)
        weights = read_weights(weight_files(found.path))
        found = _weighed(found, config, weights, known)
        check_tokenizer(found.path)
        with suppress(BadJson):  # mlx-lm ignores that
            read_object(found.path / "generation_config.json")
        return _noted(found, code)
    except Fault as fault:
        return replace(
            found, problem=_sentence(str(fault)), incomplete=isinstance(fault, Incomplete)
        )


def _check_regular(path: Path) -> None:
    """Raise Fault for a pipe or a device among the files: opening one may block for ever."""
    for pattern in ("*.json", "*.jinja", "*.model", "*.txt", "*.safetensors"):
        for file in path.glob(pattern):
            if file.exists() and not file.is_file() and not file.is_dir():
                raise Fault(f"{one_line(file.name, 120)} is not a regular file.")


def _check_no_adapter(path: Path) -> None:
    """Raise Fault for an adapter's directory, which may contain a copy of its model's config."""
    settings = read_object(path / "adapter_config.json")
    if settings is None or any(path.glob("model*.safetensors")):
        return
    named = settings.get("base_model_name_or_path") or settings.get("model")
    model = one_line(named, 80) if isinstance(named, str) and named else "its model"
    raise Fault(f"it is an adapter: load {model} and name this directory with --adapter.")


def _described(found: ModelInfo, config: Object, known: Known) -> ModelInfo:
    return replace(
        found,
        architecture=one_line(describe.model_type(config), 40),
        context_tokens=describe.context_tokens(config),
        cache=cache_layout(config, known),
    )


def _weighed(found: ModelInfo, config: Object, weights: Weights, known: Known) -> ModelInfo:
    """Return the model with the figures of its weights."""
    module = known.module(describe.model_type(config), describe.architectures(config))
    kept = dict(language_part(weights.tensors, describe.text_part(config), module))
    others = [held for name, held in weights.tensors.items() if other_part(name, module)]
    quantization, notes = describe.quantization_of(config), []
    if others:
        notes.append(_OTHERS.format(size(sum(held.size_bytes for held in others))))
    if undone(quantization):
        wide = widened(kept)
        notes += [_WIDENED] if wide != kept else []
        kept, quantization = wide, {}
    what = stored(kept, quantization)
    return replace(
        found,
        size_bytes=weights.size_bytes,
        loaded_bytes=sum(tensor.size_bytes for tensor in kept.values()),
        modified=weights.modified,
        quantization=describe.quantization_words(quantization, what),
        parameters=what.parameters,
        note=" ".join(notes),
    )


def _check_type(config: Object, known: Known) -> None:
    kind = describe.model_type(config)
    if not kind:
        raise Fault("config.json has no model_type, so mlx-lm cannot load it.")
    if known.version and not known.supports(kind, describe.architectures(config)):
        raise Fault(
            f"the installed mlx-lm {known.version} does not support {one_line(kind, 40)!r}."
        )


def _noted(found: ModelInfo, code: object) -> ModelInfo:
    """Return the model with a note."""
    settings = read_object(found.path / "tokenizer_config.json") or {}
    if code:
        return replace(
            found,
            needs_code=True,
            note=f"It contains Python code ({one_line(str(code), 40)}), "
            "which only runs if you allow it (--trust-remote-code).",
        )
    note = found.note
    templates = ("chat_template.jinja", "chat_template.json")
    if not (
        settings.get("chat_template")
        or settings.get("chat_template_type")
        or any((found.path / name).is_file() for name in templates)
    ):
        note = "It has no chat template: it continues text instead of answering."
    if settings.get("auto_map"):
        note = (
            "Its tokenizer may contain Python code, "
            "which only runs if you allow it (--trust-remote-code)."
        )
    return replace(found, note=note, needs_code=bool(settings.get("auto_map")))


def _sentence(words: str) -> str:
    """Return the words with a capital, unless they begin with a file name."""
    return words if "." in words.split(" ")[0] else words[:1].upper() + words[1:]
