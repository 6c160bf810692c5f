"""A browser of one officer: signs in where the service asks, and looks that no page gives anybody away."""

import json
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from repatriation.demonstration.officers import ACCOUNTS
from tests.journeys.page import Form, Page, Pairs

AT: Final = "http://localhost"
ACCOUNT: Final = {account.username: account for account in ACCOUNTS}
CODE: Final = re.compile(r"\b[a-z]+_[a-z_]+\b")
"""A name out of a route file or of the program; officers are to read words."""


class Browser:
    """What an officer of the demonstration sees and sends. `secrets` gives what nobody may come to read."""

    def __init__(self, app: Flask, username: str, secrets: Callable[[], tuple[str, ...]]) -> None:
        self.username, self.secrets = username, secrets
        self.password = ACCOUNT[username].password
        self.client = app.test_client()

    def open(self, address: str, status: int = 200, *, may_name: bool = False) -> Page:
        """Opens a page; signs in first when the service asks for it."""
        page = self._seen(address, self.client.get(address, base_url=AT), may_name=may_name)
        if page.status == 303 and urlsplit(page.response.location).path == "/sign-in":
            page = self._sign_in(page.response.location)
        while page.status == 303:
            address = page.response.location
            page = self._seen(address, self.client.get(address, base_url=AT), may_name=may_name)
        assert page.status == status, f"{address} answered {page.status}, not {status}:\n{page.text[:2000]}"
        return page

    def send(self, form: Form, button: str, status: int = 303, *, may_name: bool = False) -> Page:
        """Presses a button of a form."""
        page = self.post(form.target, form.pressed(button), may_name=may_name)
        assert page.status == status, f"{form.target} answered {page.status}, not {status}:\n{page.text}"
        return page

    def post(self, address: str, pairs: Pairs, *, may_name: bool = False) -> Page:
        """Sends a form; the answer, without going where it leads."""
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        return self._seen(address, self.client.post(address, data=data, base_url=AT), may_name=may_name)

    def _sign_in(self, address: str) -> Page:
        """Signs in, in English, and is led on to where they wanted to go."""
        page = self._seen(address, self.client.get(address, base_url=AT))
        english = page.soup.select_one("a[hreflang=en]")
        if english is not None:
            address = str(english["href"])
            page = self._seen(address, self.client.get(address, base_url=AT))
        form = page.form("Sign in")
        form.fill("username", self.username)
        form.fill("password", self.password)
        return self.send(form, "Sign in")

    def _seen(self, address: str, response: TestResponse, *, may_name: bool = False) -> Page:
        """A page, after looking that it gives nobody away."""
        page = Page(address, response)
        title = page.soup.title.text if page.soup.title else ""
        seen = [unquote(address), title, json.dumps(list(response.headers), ensure_ascii=False)]
        seen += [] if may_name else [page.html]
        for secret in self.secrets():
            assert not any(secret in each for each in seen), f"{address} gives away {secret}"
        code = CODE.search(page.text) if page.soup.find("main") else None
        assert code is None, f"{address} shows the code {code and code.group()}"
        return page
