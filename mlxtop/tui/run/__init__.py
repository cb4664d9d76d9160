"""The screen of a run: chat, panes and timeline, live or replayed."""
