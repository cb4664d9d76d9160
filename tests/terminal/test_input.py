"""What terminals send besides keys: the app takes it or leaves it, and goes on."""

from tests.terminal.desk import Desk


def test_whatever_the_terminal_sends_the_app_goes_on_and_types_only_text(desk: Desk) -> None:
    terminal = desk.chat()
    for sent in (
        # Kitty's event types and alternate keys, a window of 0 pixels, replies that come late.
        "\x1b[97;1:3u\x1b[13;1:3u\x1b[1;1:3A\x1b[99999999999u\x1b[57358;1;65u",
        "\x1b[?2048;2$y\x1b[48;40;120;0;0t\x1b[<35;50;10M",
        "\x1b[?1;2c\x1b]11;rgb:0000/0000/0000\x1b\\\x1bP>|xterm(390)\x1b\\\x1b[?997;1n",
    ):
        terminal.type(sent)
    terminal.type("typed ")
    terminal.type("\x1b[200~one \x1b[31mtwo\x1b\x11\x1b[0m three\x1b[201~")
    terminal.wait_for("typed", "one two three")
    # A paste whose end never comes, and keys after it.
    terminal.type("\x15\x1b[200~four five")
    terminal.wait_for("four five")
    terminal.type("\x15")
    terminal.wait_until_gone("four five")
    # Without brackets: several lines at once are one paste, and are not sent.
    terminal.type("def f():\r  return 1\rprint(f())")
    terminal.wait_for("def f():", "return 1", "print(f())")
    assert terminal.sees("No messages yet")
    # ESC alone, as most terminals send the key.
    terminal.type("\x1b")
    terminal.wait_for("i prompt")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    assert terminal.left_on() == []
