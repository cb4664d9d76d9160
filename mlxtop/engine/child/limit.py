"""How long a reply can be: as long as was asked for, or as the model's context has room."""

from mlxtop.engine.child.load import Loaded
from mlxtop.engine.child.refusal import Refused

_STRETCH = (
    "raise max_position_embeddings in its config.json (or set a rope_scaling of type yarn there) "
    "if its author documents more"
)


def reply_limit(loaded: Loaded, prompt_tokens: int, wanted: int, *, whole: bool) -> int:
    """Return how many tokens may be generated.

    Raise Refused where the context has no room, or where it has room for a part and the reply has
    to be `whole`.
    """
    context = loaded.facts.context_tokens
    if context is None:
        return wanted
    if prompt_tokens >= context:
        raise Refused(
            f"The prompt has {prompt_tokens:,} tokens and {loaded.name} a context of {context:,}: "
            f"{'use fewer' if whole else 'shorten it, begin a new conversation'}, or "
            f"{_STRETCH}."
        )
    room = context - prompt_tokens
    if whole and room < wanted:
        raise Refused(
            f"{prompt_tokens:,} prompt tokens and {wanted:,} generated ones do not fit into the "
            f"context of {loaded.name}, {context:,} tokens: use fewer."
        )
    return min(wanted, room)
