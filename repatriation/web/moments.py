"""Days, moments and places as a page shows them."""

from datetime import date, datetime

from flask import current_app


def place(code: str) -> str:
    """A gate or place by its code, as it may be read."""
    return code.replace("_", " ").replace("-", " ").title()


def shown_day(day: date) -> str:
    """A day in the reader's language."""
    return str(current_app.jinja_env.filters["day"](day))


def shown_moment(at: datetime) -> str:
    """A moment in the reader's language."""
    return str(current_app.jinja_env.filters["moment"](at))
