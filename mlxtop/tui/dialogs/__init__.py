"""Dialogs that lie above a screen."""
