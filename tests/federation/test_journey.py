"""A person goes home from Thailand to Cambodia, and each country works in its own installation."""

import pytest

from repatriation.bench import border
from tests.federation.conftest import Pair


@pytest.mark.slow
def test_a_whole_return_goes_across_and_both_installations_hold_the_same(pair: Pair) -> None:
    rest = pair.cross()
    for step in rest:
        pair.go_on([step], step.action.name)
        assert pair.host.answers_here(pair.here) or pair.home.answers_here(pair.there)
    assert pair.host.case(pair.here).stage == pair.home.case(pair.there).stage == "closed"
    compared = border.compare(pair.host, pair.home, pair.here, pair.there)
    assert compared.same, compared.lines
