"""Two recordings side by side: conditions, figures, and whether they differ."""
