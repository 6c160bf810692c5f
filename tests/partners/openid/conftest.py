"""An embassy with a provider of its own, and visitors who come by it."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from repatriation.work.house import House
from repatriation.work.providers import enter_provider
from tests.partners.openid.provider import CLIENT, Provider, serving
from tests.web.conftest import START, Clock, Visitor, app, clock, house, kind, quick_passwords, visitor

__all__ = ["app", "clock", "house", "kind", "quick_passwords", "visitor"]

CODE = "embassy"
BEGIN = f"/sign-in/with/{CODE}"


@pytest.fixture
def provider(house: House, clock: Clock) -> Iterator[Provider]:
    """The embassy's provider, as honest as it is left."""
    with serving(Provider(clock)) as served:
        enter_provider(
            house,
            START,
            {
                "code": CODE,
                "name": "the embassy",
                "organisation": "KHM-EMB-THA",
                "issuer": served.issuer,
                "client_id": CLIENT,
            },
        )
        yield served


def come_by(visitor: Visitor, provider: Provider, begin: str = BEGIN) -> TestResponse:
    """To the provider and back, as a browser goes; the last answer of ours."""
    there = visitor.open(begin)
    if there.status_code != 303 or not there.location.startswith(provider.issuer):
        return there
    back = provider.sent_back(parse_qs(urlsplit(there.location).query))
    return visitor.open(f"/sign-in/with/{CODE}/back?{urlencode(back, doseq=True)}")
