"""Values computed from events, for the timeline, recordings and streams alike."""
