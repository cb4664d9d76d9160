"""The terminal: what it sends, made into keys and pastes, and the driver that takes it."""
