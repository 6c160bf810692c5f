"""A person before a provider's own pages: follows where they lead and fills in what they ask."""

from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, Request, build_opener

from bs4 import BeautifulSoup


class _Stay(HTTPRedirectHandler):
    """Shows where a page leads instead of going there."""

    def redirect_request(self, *_: Any) -> None:
        """Go nowhere."""


def _browser() -> OpenerDirector:
    return build_opener(HTTPCookieProcessor(CookieJar()), _Stay)


@dataclass
class Person:
    """Somebody with a name at the provider, and a browser that remembers the provider's cookies."""

    name: str
    browser: OpenerDirector = field(default_factory=_browser)
    asked_for: list[str] = field(default_factory=list)

    def goes_to(self, address: str, until: str) -> str:
        """From an address through the provider's pages, to the first address that begins with `until`."""
        sent: bytes | None = None
        for _ in range(20):
            if address.startswith(until):
                return address
            status, location, page = self._open(address, sent)
            sent = None
            if status in (302, 303):
                address = urljoin(address, location)
                continue
            assert status == 200, page
            address, sent = self._filled(address, page)
        raise AssertionError(f"the provider's pages lead nowhere, last to {address}")

    def _open(self, address: str, sent: bytes | None) -> tuple[int, str, str]:
        try:
            with self.browser.open(Request(address, data=sent), timeout=10) as answer:
                return answer.status, "", answer.read().decode()
        except HTTPError as answer:
            with answer:
                return answer.code, answer.headers.get("Location", ""), answer.read().decode()

    def _filled(self, address: str, page: str) -> tuple[str, bytes]:
        form = BeautifulSoup(page, "html.parser").select_one("form")
        assert form is not None, page
        boxes = {str(box["name"]): str(box.get("value", "")) for box in form.select("input[name]")}
        self.asked_for.append(boxes.get("prompt", ""))
        boxes |= {name: self.name for name in ("login", "password") if name in boxes}
        return urljoin(address, str(form["action"])), urlencode(boxes).encode()
