"""The paper of an act, page by page: its fields, a look at it as it will be printed, and issuing it."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from documents.kinds import KINDS, Kind
from documents.printing import Printed
from repatriation.web.forms import form_key
from repatriation.web.glossary import PAPERS
from repatriation.web.languages import autonym
from repatriation.web.paper_form import PREFIX, PaperForm, entered
from repatriation.web.session import actor, house, now
from repatriation.web.words import look_up
from repatriation.work.casepage import CasePage
from repatriation.work.papers.drafting import draft
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.issuing import Asked, prepare, preview
from repatriation.work.papers.languages import Pair, pairs
from repatriation.work.papers.pictures import pictures
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.refusals import Invalid, NoPaper
from sop.procedure import Action

Answer = Response | str | tuple[str, int]

HERE: Final = f"{PREFIX}-here"
LANGUAGES: Final = f"{PREFIX}-languages"
CONTROLS: Final = frozenset(
    {"csrf_token", "key", "version", "sure", "shown", "change", "desk", LANGUAGES, HERE}
)
"""What the pages say to each other, beside what somebody typed."""

AGAIN_LATER: Final = frozenset({"busy", "timed_out", "crashed"})
"""Why a paper was not printed, where the same may well succeed in a minute."""

WHY_NOT: Final[Mapping[str, object]] = {
    "busy": _l("Many papers are being made just now. Try again in a minute; nothing was lost."),
    "timed_out": _l("Printing took too long. Try again in a minute; nothing was lost."),
    "crashed": _l("The press has stopped in the middle. Try again in a minute; nothing was lost."),
    "glyph": _l(
        "A letter was entered that this installation cannot print. Leave out unusual signs; nothing was lost."
    ),
    "too_long": _l("The paper becomes too long. Say it in fewer words; nothing was lost."),
    "too_large": _l("The paper becomes too long. Say it in fewer words; nothing was lost."),
    "states_only": _l(
        "A paper of this kind is issued by an authority of a state, and your organisation is none."
    ),
    "not_ready": _l(
        "No paper can be issued here at present: the press or its keys failed their test when the service "
        "started. Tell your administrator. What needs no paper can be done as always."
    ),
}


@dataclass(frozen=True, slots=True)
class Errand:
    """A paper that is to be made: where its fields come from, how it is looked at, what issuing it does.

    Attributes:
        choices: the pairs of languages it may have, the usual one first.
        draft: gives what is on file for its fields, and writes to the trail that it was opened.
        look: prints it as it would be, in two languages, with what was typed.
        issue: issues it together with its act, and gives the page that follows.
        back: the address of the way back, and what it is the way back to.
        version: of the case that the officer was looking at.
        rows: what was entered beside the act, in words, for looking over.
        carried: what the pages carry on unseen; none: whatever was sent.
    """

    kind: Kind
    choices: tuple[Pair, ...]
    draft: Callable[[], Mapping[str, Any]]
    look: Callable[[Pair, Mapping[str, Any]], Printed]
    issue: Callable[[Pair, Mapping[str, Any]], Answer]
    back: str
    reference: str | None = None
    version: int = 0
    rows: Sequence[tuple[object, object]] = ()
    carried: Sequence[tuple[str, str]] | None = None
    may_change: bool = True
    warning: bool = False


def errand_of(
    page: CasePage,
    action: Action,
    version: int,
    finish: Callable[[Prepared], Answer],
    given: Particulars | None = None,
    known: Mapping[str, Any] | None = None,
    **more: Any,
) -> Errand:
    """The errand of an act in one case. `finish` takes the act with the paper once it is printed; `given` is
    what was entered beside it, unless it was taken before; `known` is what is known of the paper's fields
    beside what is on file."""
    reference, name = page.reference, action.name
    told = action.discloses.to if action.discloses else ()

    def from_file() -> Mapping[str, Any]:
        fields = draft(house(), actor(), now(), reference, name, given or NOTHING).fields
        return {**fields, **(known or {})}

    def look(languages: Pair, typed: Mapping[str, Any]) -> Printed:
        return preview(house(), actor(), now(), Asked(reference, name, languages, typed, given))

    def issue(languages: Pair, typed: Mapping[str, Any]) -> Answer:
        asked = Asked(reference, name, languages, typed, given)
        return finish(prepare(house(), actor(), now(), asked, version))

    return Errand(
        KINDS[str(action.document)],
        pairs(page.procedure, actor().country, actor().functions, told),
        from_file,
        look,
        issue,
        reference=reference,
        version=version,
        **more,
    )


def at_the_desk(errand: Errand) -> Answer:
    """The next page of an errand, as the form that was sent says."""
    if HERE not in request.form:
        return _written(errand, errand.draft())
    typed = entered(errand.kind.schema, request.form)
    sure = "sure" in request.form
    if not sure and request.form.get("desk") != "look":
        return _written(errand, typed)
    try:
        if sure:
            return errand.issue(_languages(errand), typed)
        return _looked_at(errand, errand.look(_languages(errand), typed))
    except Invalid as wrong:
        return _written(errand, typed, wrong.problems), 400
    except NoPaper as problem:
        return not_made(errand.back, problem, "issue" if sure else "look", errand)


def not_made(
    back: str, problem: NoPaper, step: str = "look", errand: Errand | None = None
) -> tuple[str, int]:
    """Why there is no paper, with everything that was typed kept for another try."""
    again = problem.code in AGAIN_LATER
    words = WHY_NOT.get(problem.code, _("This paper cannot be printed as it is. Look at it again."))
    page = render_template(
        "papers/not_made.html",
        words=words,
        again=again,
        step=step,
        back=back,
        errand=errand,
        carried=_unseen(errand, paper=True) if errand else [],
        version=errand.version if errand else 0,
        key=form_key(),
        here=HERE,
        chosen=request.form.get(LANGUAGES, ""),
    )
    return page, 503 if again or problem.code == "not_ready" else 400


def _unseen(errand: Errand, *, paper: bool) -> list[tuple[str, str]]:
    """What a page of an errand carries on: all that was entered, with or without what stands in the paper."""
    sent = carried()
    own = [pair for pair in sent if pair[0].startswith(f"{PREFIX}-")] if paper else []
    beside = [pair for pair in sent if not pair[0].startswith(f"{PREFIX}-")]
    return [*(beside if errand.carried is None else errand.carried), *own]


def carried() -> list[tuple[str, str]]:
    """Everything that somebody typed, to be carried on unseen."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in CONTROLS]


def _written(errand: Errand, values: Mapping[str, Any], problems: Mapping[str, str] | None = None) -> str:
    """The paper's fields, to be filled in."""
    form = PaperForm(errand.kind.schema, values, problems)
    return render_template(
        "papers/write.html",
        form=form,
        carried=_unseen(errand, paper=False),
        pairs=_pairs(errand),
        **_about(errand),
    )


def _looked_at(errand: Errand, printed: Printed) -> str:
    """The paper as it will be printed."""
    pages = [base64.b64encode(picture).decode() for picture in pictures(printed.file)]
    return render_template(
        "papers/look.html",
        pages=pages,
        of=printed.pages,
        carried=_unseen(errand, paper=True),
        pairs=_pairs(errand),
        warning=errand.warning,
        **_about(errand),
    )


def _about(errand: Errand) -> dict[str, Any]:
    return {
        "errand": errand,
        "rows": errand.rows,
        "kind_words": look_up(PAPERS, errand.kind.name),
        "version": errand.version,
        "key": form_key(),
        "here": HERE,
        "languages_name": LANGUAGES,
    }


def _languages(errand: Errand) -> Pair:
    chosen = tuple(request.form.get(LANGUAGES, "").split(" "))
    return next((pair for pair in errand.choices if pair == chosen), errand.choices[0])


def _pairs(errand: Errand) -> list[tuple[str, str, bool]]:
    """The pairs of languages to choose from: value, words, whether it is the present one."""
    present = _languages(errand)
    return [
        (" ".join(pair), " / ".join(autonym(each) for each in pair), pair == present)
        for pair in errand.choices
    ]
