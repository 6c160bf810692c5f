"""The mail to an officer: how much waits in their inbox, in their language, and nothing about anybody.

Its wording is a catalogue of its own (`locales/*/mails.po`), without plurals, so that every language says it
alike. What a language lacks comes out in English, and the mail says which language it is in.
"""

from base64 import encodebytes
from datetime import datetime
from email.header import Header
from email.message import Message
from email.utils import format_datetime
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from locales import write_number
from locales.catalogue import N_, Catalogue

DOMAIN: Final = "mails"
INBOX: Final = "/inbox"
WISHES: Final = "/inbox/wishes"

_SENDER: Final = "Return and reintegration"
"""Alike in all languages: programs that read mail take long names of other scripts apart wrongly."""

_SUBJECT: Final = N_("New notices: %(number)s")
_COUNTED: Final = (
    N_("Your visits that are due: %(number)s"),
    N_("Visits that are overdue: %(number)s"),
    N_("Visits that come up soon: %(number)s"),
    N_("Time limits that need you: %(number)s"),
    N_("Other notices: %(number)s"),
)
_SIGN_IN: Final = N_("Sign in to read more:")
_NOBODY: Final = N_("This mail names nobody. Answers to it are not read.")
VISIT_IN_CALENDAR: Final = N_("Visit, %(reference)s")
VISITS_IN_CALENDAR: Final = N_("Visits")
_HOW: Final = N_("How and when you are told:")


class Waiting(NamedTuple):
    """How much of each kind an officer has not read, in the order in which the mail says it."""

    visits_due: int = 0
    visits_late: int = 0
    visits_soon: int = 0
    limits: int = 0
    others: int = 0


class Recipient(NamedTuple):
    """To whom a mail goes, and in which language."""

    mail: str
    language: str


class _Written(NamedTuple):
    """What is the same in every mail of one language and number, encoded for the wire."""

    sender: str
    subject: str
    language: str
    body: str


def letter(key: str, sender: str, issuer: str, to: Recipient, waiting: Waiting, now: datetime) -> Message:
    """The mail. `key` is its idempotency key: whoever gets it twice knows it again by its Message-ID."""
    written = _written(sender, issuer, to.language, waiting)
    mail = Message()
    mail["From"] = written.sender
    mail["To"] = to.mail
    mail["Subject"] = written.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{key}@{urlsplit(issuer).hostname}>"
    mail["Content-Language"] = written.language
    mail["Auto-Submitted"] = "auto-generated"  # so that no absence note comes back
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = 'text/plain; charset="utf-8"'
    mail["Content-Transfer-Encoding"] = "base64"
    mail.set_payload(written.body)
    return mail


@lru_cache(maxsize=512)
def _written(sender: str, issuer: str, language: str, waiting: Waiting) -> _Written:
    words = Catalogue.load(language, DOMAIN)
    spoken = words.entry(_SIGN_IN).language
    counted = [
        _counted(words, said, spoken, number)
        for said, number in zip(_COUNTED, waiting, strict=True)
        if number
    ]
    about = (_SIGN_IN, f"{issuer}{INBOX}", "", _NOBODY, _HOW, f"{issuer}{WISHES}")
    lines = [*counted, "", *(words.entry(line).text if line else "" for line in about), ""]
    return _Written(
        f"{_SENDER} <{sender}>",
        _subject(_counted(words, _SUBJECT, spoken, sum(waiting))),
        spoken,
        encodebytes("\r\n".join(lines).encode()).decode(),
    )


def _subject(said: str) -> str:
    """Words as a header holds them: in pieces of the length that the standard allows."""
    return Header(said, "us-ascii" if said.isascii() else "utf-8", header_name="Subject").encode()


def _counted(words: Catalogue, said: str, spoken: str, number: int) -> str:
    return words.entry(said).text % {"number": write_number(number, spoken)}
