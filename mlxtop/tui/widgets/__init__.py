"""Widgets that draw themselves."""
