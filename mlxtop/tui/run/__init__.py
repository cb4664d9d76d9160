"""The screen of a run: chat, panes and strip of time, live or replayed."""
