"""Boards: how the work stands over many cases at once. Every number on one opens the list behind it."""
