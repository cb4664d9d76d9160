"""Requests of the app to the engine: one line of JSON each, on the child's stdin.

The answers are events (`mlxtop.events`), on the child's stdout.
"""

import msgspec

from mlxtop.events import Purpose, Role, Sampling
from mlxtop.text import one_line, scrub, scrubbed


class ChatMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message for the chat template."""

    role: Role
    text: str


class Request(msgspec.Struct, tag_field="request", frozen=True, omit_defaults=True, kw_only=True):
    """A request to the engine."""


class Load(Request, tag="load", frozen=True, kw_only=True):
    """Load a model directory or Hugging Face id, in place of the loaded model."""

    model: str
    adapter: str | None = None
    draft: str | None = None
    trust_remote_code: bool = False
    thinking_tags: tuple[tuple[str, str], ...] = ()
    """Tags that open and close thinking, in addition to the known ones."""


class Unload(Request, tag="unload", frozen=True, kw_only=True):
    """Unload the model and its KV cache."""


class Chat(Request, tag="chat", frozen=True, kw_only=True):
    """Generate the reply to `messages`, for place `index` of the conversation."""

    turn: int
    index: int
    messages: list[ChatMessage]
    sampling: Sampling = Sampling()
    random_tokens: int | None = None
    """A benchmark's trial: a prompt of this many random tokens (by the seed) in place of messages,
    an empty KV cache, and no end before `sampling.max_tokens`, as in `mlx_lm.benchmark`."""
    batch: int = 1
    """For a trial of random tokens: the number of requests at once, each with its own prompt."""
    breakdown: bool = False
    """Time the parts of each step, with a barrier after each part, which makes it slower."""
    fresh: bool = False
    """Begin with an empty KV cache."""
    purpose: Purpose | None = None
    """The purpose of a benchmark's turn; repeated in `TurnStart`."""


class Cancel(Request, tag="cancel", frozen=True, kw_only=True):
    """Stop the current load, prefill or decode within one step or one token."""


class Quit(Request, tag="quit", frozen=True, kw_only=True):
    """End the process; closing the pipe has the same effect."""


AnyRequest = Load | Unload | Chat | Cancel | Quit


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """The readable part of an invalid request: enough to answer it."""

    request: str
    turn: int = 0
    index: int = 0
    model: str = ""
    error: str = ""
    """What is wrong, in msgspec's words."""


NO_TEXT = "{path} is not valid UTF-8, which mlx-lm needs in a path: rename it."

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)


class Unsendable(ValueError):
    """A request that cannot be encoded; the text is a sentence for the user."""


def encode(request: Request) -> bytes:
    """Return the request as one line of JSON with its newline.

    Lone surrogates, which pasted text can contain, become U+FFFD; in a path, Unsendable is
    raised.
    """
    try:
        return _encoder.encode(request) + b"\n"
    except UnicodeEncodeError:
        if isinstance(request, Load):
            places = (request.model, request.adapter or "", request.draft or "")
            odd = next(place for place in places if scrub(place) != place)
            raise Unsendable(NO_TEXT.format(path=one_line(odd))) from None
        return _encoder.encode(scrubbed(msgspec.to_builtins(request))) + b"\n"


def decode(line: bytes) -> AnyRequest:
    """Return the request on a line; raises msgspec.DecodeError if there is none."""
    return _decoder.decode(line)


def salvage(line: bytes, error: Exception) -> Unreadable | None:
    """Return the part of a line that is needed to answer it, after `decode` raised `error`.

    None if it needs no answer: it is not JSON, or neither a load nor a turn.
    """
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not isinstance(fields, dict):
        return None
    known = {name: fields[name] for name in ("turn", "index", "model") if name in fields}
    try:
        found = msgspec.convert(
            {**known, "request": fields.get("request"), "error": str(error)}, Unreadable
        )
    except msgspec.ValidationError:
        return None
    if found.request == "load" or (found.request == "chat" and "turn" in known):
        return found
    return None
