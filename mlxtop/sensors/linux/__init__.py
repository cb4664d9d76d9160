"""Sensors of Linux: files of /proc and /sys, read without root."""
