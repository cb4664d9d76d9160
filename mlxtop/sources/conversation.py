"""The messages that the next prompt is made of."""

from mlxtop.engine.protocol import ChatMessage


class Conversation:
    """User's messages and replies in turn, and a system prompt that stands before them."""

    def __init__(self, system: str = "") -> None:
        self.system = system
        self.messages: list[ChatMessage] = []

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
        """Return the place of the user's last message."""
        for index in range(len(self.messages) - 1, -1, -1):
            if self.messages[index].role == "user":
                return index
        return None

    def cut(self, index: int) -> None:
        """Take away the message at `index` and all after it."""
        del self.messages[index:]
