"""What is computed of events: once, for the timeline, recordings and streams alike."""
