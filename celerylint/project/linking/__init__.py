"""Follows a project's code and makes the model out of what was found."""
