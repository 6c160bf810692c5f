"""The mail server that takes our mails: one line to it for a batch, with TLS, and with little patience."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Protocol, Self

PATIENCE: Final = 10.0
"""Seconds to wait for each answer."""

Tls = Literal["starttls", "implicit", "none"]


class Away(Exception):
    """The server cannot be spoken with now; `code` says why. What waits is to be tried later."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotTaken(Exception):
    """The server does not take this one mail. `for_good`: nor will it later."""

    def __init__(self, code: str, *, for_good: bool) -> None:
        super().__init__(code)
        self.code, self.for_good = code, for_good


class Line(Protocol):
    """An open line to whoever takes mails."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def send(self, message: Message) -> None:
        """Raises Away or NotTaken."""


class Relay(Protocol):
    """Whoever takes mails."""

    @property
    def sender(self) -> str: ...
    def open(self) -> Line:
        """Raises Away."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server, as the settings name it."""

    host: str
    port: int
    sender: str
    tls: Tls = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None
    patience: float = PATIENCE

    def open(self) -> "SmtpLine":
        """A line to it, encrypted and signed in as the settings say. Raises Away."""
        try:
            return SmtpLine(self._connected())
        except ssl.SSLError:
            raise Away("not_trusted") from None
        except smtplib.SMTPAuthenticationError:
            raise Away("not_let_in") from None
        except (OSError, smtplib.SMTPException) as problem:
            raise Away(_why(problem)) from None

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=str(self.ca) if self.ca else None)
        if self.tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.patience, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.patience)
        try:
            if self.tls == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


class SmtpLine:
    """An open line to a mail server."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self._server = server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._server.quit()
        except (OSError, smtplib.SMTPException):
            pass  # what was taken is taken, however the server says goodbye
        finally:
            self._server.close()

    def send(self, message: Message) -> None:
        """Hand over one mail. Raises Away when the line is lost, NotTaken when this one is refused."""
        try:
            self._server.send_message(message)
        except smtplib.SMTPRecipientsRefused as problem:
            code = max(code for code, _ in problem.recipients.values())
            raise NotTaken(f"status_{code}", for_good=code >= 500) from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as problem:
            raise NotTaken(f"status_{problem.smtp_code}", for_good=False) from None
        except (OSError, smtplib.SMTPException) as problem:
            raise Away(_why(problem)) from None


def _why(problem: BaseException) -> str:
    """Whether a line was lost because nobody answered; the library hides that behind an error of its own."""
    slow = isinstance(problem, TimeoutError) or isinstance(problem.__context__, TimeoutError)
    return "too_slow" if slow else "unreachable"
