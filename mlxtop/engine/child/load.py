"""Loads a model in groups of weights, so that it can report progress and be cancelled."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx_lm.utils import (
    load_adapters,
    load_model,
    load_tokenizer,
)

from mlxtop import clock
from mlxtop.engine import protocol
from mlxtop.engine.child import facts
from mlxtop.engine.child.cache import always_trimmable, fresh_cache, untrimmable_names
from mlxtop.engine.child.cache_shape import Shape, shape_of
from mlxtop.engine.child.facts import MemoryMeter
from mlxtop.engine.child.markup import NO_MARKUP, Markup, markup_of
from mlxtop.engine.child.prompt import NO_TEMPLATE, Template, keeps_breaks, look_at
from mlxtop.engine.child.refusal import Cancelled, Refused
from mlxtop.engine.protocol import NO_TEXT
from mlxtop.events import AnyEvent, LoadEnd, LoadProgress
from mlxtop.models import describe
from mlxtop.models.json_file import Fault, read_object
from mlxtop.models.locate import cannot_be_loaded, locate
from mlxtop.text import one_line, scrub


@dataclass(frozen=True)
class Place:
    """A model directory, its display name and the bytes of its weight files."""

    name: str
    path: Path
    weights_bytes: int


def resolve(model: str) -> Place:
    """Return the directory of a path or cached Hugging Face id; raise Refused if it cannot load."""
    try:
        found = locate(model)
        path = found.path.expanduser().resolve()
    except (Fault, OSError, RuntimeError, ValueError) as error:
        raise Refused(str(error)) from None
    if scrub(str(path)) != str(path):
        raise Refused(NO_TEXT.format(path=one_line(str(path))))
    name = name_of(model, path)
    if problem := cannot_be_loaded(found, name):
        raise Refused(problem)
    return Place(name=name, path=path, weights_bytes=found.size_bytes)


def name_of(model: str, path: Path | None = None) -> str:
    """Return a model's name: its id, or its directory's name."""
    found = path or _existing(model)
    if found is None:
        return one_line(model)
    for parent in found.parents:
        if parent.name.startswith("models--"):
            return parent.name.removeprefix("models--").replace("--", "/")
    return found.name or one_line(model)


def _existing(model: str) -> Path | None:
    """Return the path if it exists, else None, also for an invalid path."""
    try:
        path = Path(model).expanduser()
        return path.resolve() if path.exists() else None
    except (OSError, RuntimeError, ValueError):
        return None


GROUP_BYTES = 64_000_000
"""Weights evaluated between two checks for a cancel: about 20 ms on a fast disk."""
PROGRESS_SECONDS = 0.1


@dataclass
class Loaded:
    """A model in memory with everything that a turn needs."""

    model: Any
    tokenizer: Any
    shape: Shape
    facts: LoadEnd
    draft: Any = None
    draft_shape: Shape | None = None
    template: Template = NO_TEMPLATE
    markup: Markup = NO_MARKUP
    prefill_step: int = 0
    """Final step of the last prefill, in tokens; 0 before the first."""
    rebuilt: str = ""
    """Why the last KV cache was rebuilt; empty after one was reused."""

    @property
    def name(self) -> str:
        """The model's name."""
        return self.facts.model


def find(request: protocol.Load) -> tuple[Place, Place | None]:
    """Return the directories of model and draft model; raise Refused if one is incomplete."""
    place = resolve(request.model)
    return place, None if request.draft is None else resolve(request.draft)


def load(
    request: protocol.Load,
    place: Place,
    draft_place: Place | None,
    *,
    emit: Callable[[AnyEvent], None],
    memory: MemoryMeter,
    cancelled: Callable[[], bool],
) -> Loaded:
    """Load the models that `find` returned.

    Raises Refused or Cancelled, or whatever mlx-lm raises for a model it does not support.
    """
    started = time.perf_counter()
    trust = request.trust_remote_code
    model, config = _lazy_model(place, trust)
    weights = facts.weights_of(config, model)
    if request.adapter is not None:
        model = _adapted(model, Path(request.adapter).expanduser())
    tokenizer = _tokenizer(place, config, trust)
    shape = shape_of(model)
    models, draft, draft_shape = [model], None, None
    if draft_place is not None:
        draft, draft_config = _lazy_model(draft_place, trust)
        draft_tokenizer = _tokenizer(draft_place, draft_config, trust)
        draft_shape = shape_of(draft)
        _check_caches(place, model, draft_place, draft)
        _check_vocabularies(place, tokenizer, shape, draft_place, draft_tokenizer, draft_shape)
        models.append(draft)
    _evaluate(models, emit, memory, cancelled)
    template = look_at(tokenizer)
    markup = markup_of(tokenizer, request.thinking_tags)
    markup = replace(markup, keeps_breaks=keeps_breaks(tokenizer, markup, template))
    described = LoadEnd(
        t=clock.now(),
        model=place.name,
        path=str(place.path),
        seconds=time.perf_counter() - started,
        weights_bytes=sum(array.nbytes for array in facts.arrays_of(model)),
        parameters=weights.parameters,
        quantization=weights.quantization,
        bits_per_weight=weights.bits_per_weight,
        architecture=describe.model_type(config),
        context_tokens=describe.context_tokens(config),
        adapter=Path(request.adapter).name if request.adapter else "",
        draft=draft_place.name if draft_place else "",
        chat_template=bool(tokenizer.has_chat_template),
        thinking=markup.declared,
    )
    return Loaded(
        model=model,
        tokenizer=tokenizer,
        shape=shape,
        facts=described,
        draft=draft,
        draft_shape=draft_shape,
        template=template,
        markup=markup,
    )


def _lazy_model(place: Place, trust: bool) -> tuple[Any, dict[str, Any]]:
    try:
        return load_model(place.path, lazy=True, trust_remote_code=trust)
    except ValueError as error:
        text = str(error)
        if "trust_remote_code" in text:
            raise Refused(
                f"{place.name} contains Python code, which only runs if you allow it: load it "
                "with trust_remote_code if you trust its author."
            ) from error
        if "not supported" in text and "Model type" in text:
            raise Refused(
                f"{place.name} cannot be loaded: this mlx-lm does not support the "
                f"architecture {_model_type(text)}; a newer mlx-lm may."
            ) from error
        if _MISFITS.match(text):
            raise Refused(
                f"{place.name} cannot be loaded: its weights and its config.json do not "
                f"match ({_in_line(text)})."
            ) from error
        raise Refused(
            f"{place.name} cannot be loaded: this mlx-lm does not support it ({_in_line(text)})."
        ) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused(
            f"{place.name} cannot be loaded: its config.json is not what mlx-lm expects for this "
            f"architecture ({type(error).__name__}: {_first_line(str(error))})."
        ) from error


def _model_type(text: str) -> str:
    return text.removeprefix("Model type ").removesuffix(".").removesuffix(" not supported")


_MISFITS = re.compile(r"(Received|Missing) \d+ parameters|Expected shape")
"""The beginning of MLX's errors for weights that do not match the model (`load_weights`)."""
_NAMED = 3
"""How many of the weights that do not match are named."""


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0].rstrip(". ") if text.strip() else "no details"


def _in_line(text: str) -> str:
    """Return a text of several lines as one line, with a list of names at its end cut."""
    first, *names = [line.strip(" ,.") for line in text.strip().splitlines()] or [""]
    if first.endswith(":") and len(names) > _NAMED:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return one_line(f"{first} {', '.join(names)}".strip(), 240) or "no details"


def _adapted(model: Any, adapter: Path) -> Any:
    for name in ("adapter_config.json", "adapters.safetensors"):
        if not (adapter / name).is_file():
            raise Refused(f"{adapter} is not an adapter directory: it has no {name}.")
    try:
        adapted = load_adapters(model, str(adapter))
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise Refused(
            f"The adapter {adapter} does not fit the model ({_in_line(str(error))})."
        ) from error
    adapted.eval()
    return adapted


def _tokenizer(place: Place, config: dict[str, Any], trust: bool) -> Any:
    try:
        tokenizer = load_tokenizer(
            place.path,
            {"trust_remote_code": trust},
            eos_token_ids=config.get("eos_token_id"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError) as error:
        text = _first_line(str(error))
        if "trust_remote_code" in str(error):
            text = "it contains Python code; load it with trust_remote_code if you trust it"
        raise Refused(f"The tokenizer in {place.path} cannot be loaded ({text}).") from error
    if not tokenizer.has_chat_template and (template := _processors_template(place.path)):
        tokenizer.chat_template, tokenizer.has_chat_template = template, True
    return tokenizer


def _processors_template(path: Path) -> str:
    """Return the chat template that vision models have in a separate file; empty if there is none.

    transformers reads it only for a processor, but mlx-lm loads a tokenizer.
    """
    try:
        template = (read_object(path / "chat_template.json") or {}).get("chat_template")
    except Fault:
        return ""
    return template if isinstance(template, str) else ""


def _check_vocabularies(
    place: Place,
    tokenizer: Any,
    shape: Shape,
    draft_place: Place,
    draft_tokenizer: Any,
    draft_shape: Shape,
) -> None:
    """Raise Refused if one model could get a token that it does not have."""
    if (
        draft_tokenizer.vocab_size != tokenizer.vocab_size
        or len(draft_tokenizer) > shape.vocabulary
        or len(tokenizer) > draft_shape.vocabulary
    ):
        have, others = len(draft_tokenizer), len(tokenizer)
        why = f"its vocabulary has {have} tokens, the model's has {others}"
        if have == others:
            known = {draft_place.name: draft_shape.vocabulary, place.name: shape.vocabulary}
            least = min(known, key=lambda name: known[name])
            why = f"both vocabularies have {have} tokens, but {least} takes only {known[least]}"
        raise Refused(f"{draft_place.name} cannot draft for {place.name}: {why}.")


def _check_caches(place: Place, model: Any, draft_place: Place, draft: Any) -> None:
    for name, part in ((place.name, model), (draft_place.name, draft)):
        cache = fresh_cache(part)
        if not always_trimmable(cache):
            raise Refused(
                f"Speculative decoding does not work with {name}: its cache "
                f"({untrimmable_names(cache)}) cannot be trimmed back; load without a draft model."
            )


def _evaluate(
    models: list[Any],
    emit: Callable[[AnyEvent], None],
    memory: MemoryMeter,
    cancelled: Callable[[], bool],
) -> None:
    arrays = [array for model in models for array in facts.arrays_of(model)]
    total, done, reported = sum(array.nbytes for array in arrays), 0, time.monotonic()
    emit(LoadProgress(t=clock.now(), done_bytes=0, total_bytes=total))
    group: list[mx.array] = []
    waiting = 0
    for place, array in enumerate(arrays, 1):
        group.append(array)
        waiting += array.nbytes
        if waiting < GROUP_BYTES and place < len(arrays):
            continue
        if cancelled():
            raise Cancelled
        mx.eval(group)
        done, waiting, group = done + waiting, 0, []
        memory.sample()
        if time.monotonic() - reported >= PROGRESS_SECONDS:
            reported = time.monotonic()
            emit(LoadProgress(t=clock.now(), done_bytes=done, total_bytes=total))
    emit(LoadProgress(t=clock.now(), done_bytes=total, total_bytes=total))
