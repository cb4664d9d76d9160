"""The screen of `mlxtop watch`: a machine without a model."""
