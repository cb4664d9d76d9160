"""Sensors of macOS: the kernel's own calls through ctypes, read without root."""
