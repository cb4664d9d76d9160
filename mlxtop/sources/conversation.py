"""The messages that the next prompt is made of."""

from collections.abc import Sequence

from mlxtop.engine.protocol import ChatMessage


class Conversation:
    """User's messages and replies in turn; before them a system prompt, and examples."""

    def __init__(self, system: str = "", examples: Sequence[ChatMessage] = ()) -> None:
        self.system = system
        self.examples = tuple(examples)
        """What it begins with, though nobody said it."""
        self.messages: list[ChatMessage] = list(examples)

    def __len__(self) -> int:
        return len(self.messages)

    def prompt(self) -> list[ChatMessage]:
        """Return what the chat template is given.

        Messages of the user that follow each other (a reply was stopped before its first word, or
        failed) become one: many templates refuse roles that do not alternate.
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
        """Place a message; what stood there or later is cut off."""
        del self.messages[index:]
        self.messages.append(message)

    def last_user_index(self) -> int | None:
        """Return the place of the user's last message; examples are not the user's."""
        for index in range(len(self.messages) - 1, len(self.examples) - 1, -1):
            if self.messages[index].role == "user":
                return index
        return None

    def cut(self, index: int) -> None:
        """Take away the message at `index` and all after it."""
        del self.messages[index:]
