"""What this installation keeps about itself, under a key: small documents, none of them about a person."""

from typing import Any

from repatriation.records.columns import Row, column, document


class Instance(Row, table=True):
    """One thing this installation knows about itself."""

    key: str = column("open", key=True)
    value: Any = document("open")
