"""The enlarged pane: a full chart with axes."""
