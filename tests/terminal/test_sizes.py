"""The window changes its size while the model answers."""

from tests.terminal.desk import TOUR, Desk, engine, figures, slowed


def test_every_size_is_drawn_while_the_answer_goes_on(desk: Desk) -> None:
    terminal = desk.chat(200, 50)
    with slowed(engine(terminal.pid)) as hold:
        terminal.type(f"{TOUR}\r")
        terminal.wait_for("esc stop", "swap ", "mlxtop itself")
        hold()
        terminal.resize(80, 24)
        terminal.wait_until(
            lambda: terminal.sees("Enter sends", "used", "f1 help") and "├─" not in terminal.text,
            "chat, key figures and footer",
        )
        assert max(map(len, terminal.lines)) <= 80
        terminal.resize(20, 5)
        terminal.wait_until(
            lambda: "Message" in terminal.lines[-2] + terminal.lines[-1], "the prompt"
        )
        terminal.wait_until(lambda: any(terminal.lines[:3]), "what stands above it")
        before = len(terminal.raw)
        terminal.resize(1, 1)
        terminal.wait_until(lambda: len(terminal.raw) > before, "that it draws again")
        terminal.resize(120, 40)
        terminal.wait_for("swap ", "between tokens", "Enter sends", "f1 help", "0:00")
        terminal.press("escape")
    terminal.wait_for("esc leave prompt")
    terminal.press("ctrl+n")
    terminal.type("What is swap?\r")
    terminal.wait_until(lambda: figures(terminal, "What is swap?") != "", "a further reply")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    assert terminal.left_on() == []
