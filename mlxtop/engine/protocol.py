"""What the app asks of the engine: one line of JSON a request, on the child's stdin.

The answers are events (`mlxtop.events`), on the child's stdout.
"""

import msgspec

from mlxtop.events import Purpose, Role, Sampling
from mlxtop.text import one_line, scrub, scrubbed


class ChatMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message as the chat template takes it."""

    role: Role
    text: str


class Request(msgspec.Struct, tag_field="request", frozen=True, omit_defaults=True, kw_only=True):
    """Something asked of the engine."""


class Load(Request, tag="load", frozen=True, kw_only=True):
    """Load a model directory or Hugging Face id, in place of the one that is loaded."""

    model: str
    adapter: str | None = None
    draft: str | None = None
    trust_remote_code: bool = False
    thinking_tags: tuple[tuple[str, str], ...] = ()
    """What opens and closes thinking, beyond the tags that are known anyway."""


class Unload(Request, tag="unload", frozen=True, kw_only=True):
    """Let go of the model and of its KV cache."""


class Chat(Request, tag="chat", frozen=True, kw_only=True):
    """Generate the reply to `messages`; it will stand at place `index` of the conversation."""

    turn: int
    index: int
    messages: list[ChatMessage]
    sampling: Sampling = Sampling()
    random_tokens: int | None = None
    """A benchmark's trial: a prompt of so many random tokens (by the seed) in place of messages, an
    empty KV cache, and no end before `sampling.max_tokens`. The method of `mlx_lm.benchmark`."""
    batch: int = 1
    """Of a trial of random tokens: so many requests at once, each with a prompt of its own."""
    breakdown: bool = False
    """Time the parts of each step, with a barrier after every one of them: slower than it is."""
    fresh: bool = False
    """Begin with an empty KV cache, whatever an earlier turn left."""
    purpose: Purpose | None = None
    """What a benchmark asks for; told with the turn's beginning."""


class Cancel(Request, tag="cancel", frozen=True, kw_only=True):
    """Stop what is going on (a load, a prefill, a decode) within one step or one token."""


class Quit(Request, tag="quit", frozen=True, kw_only=True):
    """Leave; closing the pipe says the same."""


AnyRequest = Load | Unload | Chat | Cancel | Quit


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """What could be read of a request that breaks its own rules: enough to answer it."""

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
    """A request that cannot be put into a line; the text is one sentence for the user."""


def encode(request: Request) -> bytes:
    """Return the request as one line of JSON with its newline.

    Lone surrogates, which a terminal's paste can contain, become U+FFFD; where that would name
    another file than the one meant, Unsendable is raised.
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
    """Return the part of a line that `decode` raised `error` on by which it can be answered.

    None if it asks for nothing that has an end: no JSON, or neither a load nor a turn.
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
