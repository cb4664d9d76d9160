"""What the chat template is given."""

from mlxtop.engine.protocol import ChatMessage
from mlxtop.sources.conversation import Conversation


def said(*messages: tuple[str, str], system: str = "") -> list[tuple[str, str]]:
    made = Conversation(system)
    for role, text in messages:
        made.put(len(made), ChatMessage(role=role, text=text))  # type: ignore[arg-type]
    return [(message.role, message.text) for message in made.prompt()]


def test_roles_alternate_though_a_reply_never_came() -> None:
    assert said(("user", "a"), ("user", "b"), ("assistant", "c"), ("user", "d"), system="s") == [
        ("system", "s"),
        ("user", "a\n\nb"),
        ("assistant", "c"),
        ("user", "d"),
    ]


def test_a_message_put_in_place_cuts_off_what_came_after() -> None:
    made = Conversation()
    for number in range(4):
        role = "assistant" if number % 2 else "user"
        made.put(number, ChatMessage(role=role, text=str(number)))  # type: ignore[arg-type]
    made.put(2, ChatMessage(role="user", text="other"))
    assert [message.text for message in made.messages] == ["0", "1", "other"]
    assert made.last_user_index() == 2
    made.cut(1)
    assert len(made) == 1
