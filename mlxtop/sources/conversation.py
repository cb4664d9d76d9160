"""The messages of the next prompt."""

from collections.abc import Sequence

from mlxtop.engine.protocol import ChatMessage
from mlxtop.sources.options import EarlierConversation


class Conversation:
    """The user's messages and the replies, after a system prompt and examples."""

    def __init__(self, system: str = "", examples: Sequence[ChatMessage] = ()) -> None:
        self.system = system
        self.examples = tuple(examples)
        """Messages that it begins with."""
        self.messages: list[ChatMessage] = list(examples)

    def __len__(self) -> int:
        return len(self.messages)

    def prompt(self) -> list[ChatMessage]:
        """Return the messages for the chat template.

        Consecutive messages of the user (a reply was stopped before its first word, or failed)
        are joined: many templates reject roles that do not alternate.
        """
        prompt = [ChatMessage(role="system", text=self.system)] if self.system else []
        for message in self.messages:
            if prompt and prompt[-1].role == message.role == "user":
                joined = f"{prompt[-1].text}\n\n{message.text}"
                prompt[-1] = ChatMessage(role="user", text=joined)
            else:
                prompt.append(message)
        return prompt

    def put(self, index: int, message: ChatMessage) -> None:
        """Place a message; those at or after its place are removed."""
        del self.messages[index:]
        self.messages.append(message)

    def last_user_index(self) -> int | None:
        """Return the place of the user's last message, examples not counted."""
        for index in range(len(self.messages) - 1, len(self.examples) - 1, -1):
            if self.messages[index].role == "user":
                return index
        return None

    def cut(self, index: int) -> None:
        """Remove the message at `index` and all after it."""
        del self.messages[index:]


def continued(earlier: EarlierConversation, system: str) -> Conversation:
    """Return a conversation that begins with the messages of an earlier one."""
    conversation = Conversation(system, earlier.messages[: earlier.examples])
    conversation.messages += earlier.messages[earlier.examples :]
    return conversation
