"""What events come to: computed once, for the timeline, recordings and streams alike."""
