"""Reads code as an interpreter would, with values that may be unknown; knows no library."""
