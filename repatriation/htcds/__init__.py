"""Workbooks of the Human Trafficking Case Data Standard 2.0: read safely, understood, and written empty."""
