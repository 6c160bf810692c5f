"""Why a provider's word is not taken."""


class Untrusted(Exception):
    """A provider, or an answer said to come from one, cannot be relied on.

    `code` says why, for the log and the command line; nobody who signs in is told more than that it failed.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
