"""Why something about a partner cannot be done, and what came of what it sent: the same sentences on pages
and at the command line.
"""

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from partners.cards import BadCard
from partners.registration import BadRegistration
from repatriation.work.partners.sent import Taken
from repatriation.work.refusals import Invalid

PROBLEMS: Final[Mapping[str, object]] = {
    "unknown": _l("is not known here"),
    "taken": _l("is registered already"),
    "ourselves": _l("is this very installation"),
    "missing": _l("must be given"),
    "string_too_short": _l("must be given"),
    "extra_forbidden": _l("is no member of a registration"),
    "second_officer_needed": _l("has approved already: another officer must approve too"),
    "needed": _l("must be given"),
    "not_fewer": _l("must be fewer than are agreed to now, when one officer changes them"),
    "not_asked_for": _l("must be among those that the program asks for"),
    "send_jwks": _l("is not fetched: send the public keys themselves, as jwks"),
    "no_certificates": _l(
        "is not known here: programs say who they are by private_key_jwt and DPoP, not by a certificate"
    ),
    "private_key": _l("holds a private key: send public keys only, and make new ones"),
    "kid_twice": _l("holds two keys of one name"),
    "no_key": _l("holds no key, or too many"),
    "changed": _l("is another by now: compare anew"),
    "one_key_for_two_purposes": _l("envelopes must be signed by another key than assertions"),
    "redirect_uris_needed": _l("redirect_uris must be given for authorization_code"),
    "envelope_incomplete": _l("envelope_jwks and envelope_issuer belong together"),
}

CARDS: Final[Mapping[str, object]] = {
    "older": _l("This card is older than the last that was taken"),
    "other_partner": _l("This card is another partner's"),
    "exp": _l("This card is over, or of a time to come"),
}


def refusals(problem: BadRegistration | BadCard | Invalid) -> list[str]:
    """What was wrong, a sentence each."""
    if isinstance(problem, BadCard):
        return [str(CARDS.get(problem.code, _("The card cannot be taken (%(code)s)", code=problem.code)))]
    return [
        f"{member}: {PROBLEMS.get(code, _('cannot be taken (%(code)s)', code=code))}"
        for member, code in problem.problems.items()
    ]


def came_of(taken: Taken) -> str:
    """What came of a file that a partner sent."""
    name = taken.client_id
    if taken.outcome == "registered":
        return str(_("%(name)s waits for approval. Compare by telephone, with the partner.", name=name))
    if taken.outcome == "keys_changed":
        return str(_("The keys of %(name)s are changed.", name=name))
    return str(
        _(
            "The card of %(name)s is signed by no key that counts. It is put aside and changes nothing: ask "
            "the partner by telephone, on a number you knew before, whether it is theirs.",
            name=name,
        )
    )
