"""Boards: how the work stands, a page each. Every number leads to the list of the cases that it counts."""
