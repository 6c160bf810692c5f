"""Why a workbook cannot be read: one sentence that names the place and never the content."""


class BadWorkbook(Exception):
    """A workbook, sheet or cell that cannot be read safely; `str()` is the sentence with its place."""

    def __init__(
        self, sentence: str, sheet: str | None = None, row: int | None = None, column: str | None = None
    ):
        self.sentence = sentence
        self.sheet = sheet
        self.row = row
        self.column = column
        place = [f"sheet “{sheet}”"] if sheet else []
        place += [f"row {row}"] if row else []
        place += [f"column {column}"] if column else []
        where = ", ".join(place)
        super().__init__(f"{where[0].upper()}{where[1:]}: {sentence}" if where else sentence)
