"""Readers: one file's bytes to its facts, never looking at another file."""
