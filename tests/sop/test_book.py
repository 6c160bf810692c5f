"""The SOP book: everything that a procedure says is in it, in both languages, marked for what it is."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from html.parser import HTMLParser

import pytest

from sop.articles import Articles, numbered_acts
from sop.book import book_html
from sop.boxes import numbered
from sop.grounds import grounds
from sop.procedure import Procedure
from sop.reader import ProcedureError, read
from sop.rules import FLOOR
from sop.safeguards import SAFEGUARDS
from sop.shelf import CORRIDORS
from sop.wording import spoken, word
from tests.sop.sabotage import read_text

ROUTES = {path.stem: read(path) for path in sorted(CORRIDORS.glob("*.toml"))}
BOOKS = {key: book_html(procedure) for key, procedure in ROUTES.items()}
ENGLISH = {key: book_html(procedure, ("en",)) for key, procedure in ROUTES.items()}

every_route = pytest.mark.parametrize("key", ROUTES)


class Reading(HTMLParser):
    """Reads a page: its words with the language each is said to be in, its tags, ids and links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None]] = []
        self.said: list[tuple[str, str]] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.unclosed: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags[tag] += 1
        if named.get("id"):
            self.ids.append(str(named["id"]))
        if named.get("href"):
            self.links.append(str(named["href"]))
        if tag not in ("meta", "br"):
            self.open.append((tag, named.get("lang")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        last = self.open.pop()
        if last[0] != tag:
            self.unclosed.append(f"{last[0]} closed by {tag}")

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(tag == "style" for tag, _ in self.open):
            language = next((lang for _, lang in reversed(self.open) if lang), "")
            self.said.append((data.strip(), language))


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page)))


@every_route
def test_every_text_of_the_procedure_is_in_its_book_in_both_languages(key: str) -> None:
    procedure = ROUTES[key]
    said = plain(BOOKS[key])
    texts = [stage.text for stage in procedure.stages.values()]
    texts += [claim.text for stage in procedure.stages.values() for claim in stage.entitlements]
    texts += [action.text for action in procedure.actions.values()]
    texts += [consent.text for consent in procedure.consents.values()]
    texts += [a.text for held in procedure.agencies.values() for bodies in held.values() for a in bodies]
    for text in texts:
        for language in procedure.languages[:2]:
            assert " ".join(text[language].split()) in said


@every_route
def test_every_time_limit_is_told_with_its_force_and_source(key: str) -> None:
    said = plain(ENGLISH[key])
    for action in ROUTES[key].actions.values():
        for limit in action.within:
            length = "At once" if limit.value == 0 else f"{limit.value} {limit.unit}"
            force = {"firm": "firm", "soft": "for guidance"}[limit.force]
            pattern = f"{length}, counted from .*?; {force}; {re.escape(limit.basis)}, {limit.grounding}"
            assert re.search(pattern, said), action.name


@every_route
def test_where_no_source_gives_a_limit_the_book_says_so(key: str) -> None:
    unlimited = sum(not a.within for a in ROUTES[key].actions.values() if a.consent is None)
    assert ENGLISH[key].count("No source gives a time limit.") == unlimited


@every_route
def test_every_safeguard_is_told_as_a_sentence(key: str) -> None:
    procedure = ROUTES[key]
    said = plain(ENGLISH[key])
    for name in {gate.name for gates in procedure.gates.values() for gate in gates}:
        if name in SAFEGUARDS:
            assert SAFEGUARDS[name].sentence in said
        elif name.startswith("consent_to_"):
            assert procedure.consents[name.removeprefix("consent_to_")].text["en"] in said
        else:
            assert f"“{procedure.recorded_by(name)[0].text['en']}”" in said


@every_route
def test_the_floor_the_sources_and_the_hash_are_in_it(key: str) -> None:
    procedure = ROUTES[key]
    said = plain(ENGLISH[key])
    assert all(rule.sentence in said for rule in FLOOR)
    assert all(source.title in said for source in procedure.sources.values())
    assert procedure.digest in said
    assert "f" * 64 in book_html(procedure, ("en",), "f" * 64, FLOOR[:1])


@every_route
def test_everything_assumed_is_in_one_list_and_counted(key: str) -> None:
    carried = list(grounds(ROUTES[key]))
    assumed = [ground for ground in carried if ground.assumed]
    page = ENGLISH[key]
    assert f"{len(assumed)} / {len(carried)}" in page
    listed = page[page.index("Everything that is assumed") : page.index("Sources</span>")]
    assert listed.count("<tr>") == len(assumed)
    for ground in assumed:
        assert " ".join(ground.texts["en"].split()) in plain(listed)


@every_route
def test_every_word_says_its_language(key: str) -> None:
    reading = Reading(BOOKS[key])
    wanted = set(ROUTES[key].languages[:2])
    signs = {"km": "\u1780-\u17ff", "th": "\u0e00-\u0e7f"}
    assert not reading.unclosed
    assert not reading.open
    for text, language in reading.said:
        assert language in wanted | {"en"}, text
        for owner, letters in signs.items():
            if re.search(f"[{letters}]", text) and not re.search("[A-Za-z]", text):
                assert language == owner, text


@every_route
def test_links_lead_somewhere_and_no_two_things_share_a_name(key: str) -> None:
    reading = Reading(BOOKS[key])
    assert max(Counter(reading.ids).values()) == 1
    for link in reading.links:
        assert link.startswith(("http://", "https://")) or link[1:] in reading.ids, link
    assert reading.tags["h1"] == 1
    assert reading.tags["script"] == 0
    assert reading.tags["style"] == 1


@every_route
def test_machine_wording_is_flagged_in_a_frame(key: str) -> None:
    framed = re.findall(r'<p class="machine" lang="(\w+)">', BOOKS[key])
    assert framed == list(ROUTES[key].languages[:2])
    assert 'class="machine"' not in ENGLISH[key]


def test_wording_in_use_is_not_flagged_but_the_fixed_words_of_the_book_are() -> None:
    procedure = ROUTES["tha-khm-2019"]
    approved = replace(procedure, wording={**procedure.wording, "km": "official"})
    page = book_html(approved, ("km", "en"))
    assert page.count('class="machine"') == 1
    assert 'class="tag"' not in page
    assert "ពាក្យផ្លូវការ" in page


def test_without_languages_it_takes_the_first_two_of_the_procedure() -> None:
    assert BOOKS["tha-khm-2019"].startswith('<!DOCTYPE html>\n<html lang="th">')


def hostile(procedure: Procedure) -> Procedure:
    bad = '<img src=x onerror=alert(1)>"&'
    stages = {n: replace(s, text={"en": bad}, note=bad, article=bad) for n, s in procedure.stages.items()}
    sources = {
        key: replace(source, title=bad, url="javascript:alert(1)")
        for key, source in procedure.sources.items()
    }
    return replace(procedure, name=bad, edition=bad, stages=stages, sources=sources)


def test_nothing_in_a_file_can_become_markup() -> None:
    page = book_html(hostile(ROUTES["tha-khm-2019"]), ("en", "km"), "<b>", ())
    assert "<img" not in page
    assert "javascript:" not in page
    assert "&lt;img" in page
    assert "<b>" not in page


def test_a_procedure_that_assumes_nothing_says_so() -> None:
    procedure = ROUTES["khm-tha-2019"]
    stages = {
        n: replace(
            s,
            grounding="sourced",
            entitlements=tuple(replace(e, grounding="sourced") for e in s.entitlements),
        )
        for n, s in procedure.stages.items()
    }
    actions = {
        n: replace(a, grounding="sourced", within=tuple(replace(w, grounding="sourced") for w in a.within))
        for n, a in procedure.actions.items()
    }
    consents = {n: replace(c, grounding="sourced") for n, c in procedure.consents.items()}
    agencies = {
        country: {f: tuple(replace(b, grounding="sourced") for b in bodies) for f, bodies in held.items()}
        for country, held in procedure.agencies.items()
    }
    sourced = replace(procedure, stages=stages, actions=actions, consents=consents, agencies=agencies)
    assert "Nothing is assumed." in book_html(sourced, ("en",))


def test_what_is_assumed_of_a_claim_or_a_limit_is_listed_too() -> None:
    procedure = ROUTES["tha-khm-2019"]
    stages = {
        n: replace(s, entitlements=tuple(replace(e, grounding="assumed") for e in s.entitlements))
        for n, s in procedure.stages.items()
    }
    actions = {
        n: replace(a, within=tuple(replace(w, grounding="assumed", valid_from=None) for w in a.within))
        for n, a in procedure.actions.items()
    }
    changed = replace(procedure, stages=stages, actions=actions)
    page = plain(book_html(changed, ("en",)))
    listed = page[page.index("Everything that is assumed") :]
    assert "A place to stay for now, meals, health care, schooling and training." in listed
    assert re.search(r"– 15 days, counted from", listed)


def articles(procedure: Procedure) -> Articles:
    return Articles(procedure, "en", numbered(procedure), numbered_acts(procedure))


def rows(procedure: Procedure, name: str) -> dict[str, str]:
    return {row.label: plain(" ".join(row.items)) for row in articles(procedure).act(procedure.actions[name])}


def test_an_act_tells_who_how_soon_on_what_conditions_and_with_what_outcome() -> None:
    told = rows(ROUTES["khm-vnm-2009"], "refer_to_host")
    assert "Viet Nam" in told["who"]
    assert told["within"].startswith("At once")
    assert "agrees to this" in told["on_file"]
    assert "protection" in told["told"]
    assert told["leads_to"].startswith("2 ")
    assert told["basis"] == "BG, sourced"


def test_what_lapses_says_until_when_it_counts() -> None:
    procedure = ROUTES["khm-vnm-2009"]
    assert "the date that the officer enters" in rows(procedure, "issue_travel_document")["records"]
    action = replace(procedure.actions["issue_travel_document"], lapses=timedelta(days=60))
    changed = replace(procedure, actions={**procedure.actions, action.name: action})
    assert "Counts until: 60 days" in rows(changed, action.name)["records"]


def test_days_of_a_body_or_a_limit_are_told_with_open_ends() -> None:
    procedure = ROUTES["khm-vnm-2009"]
    limit = next(w for a in procedure.actions.values() for w in a.within)
    told = plain(
        articles(procedure).limit(replace(limit, valid_from=date(2008, 5, 8), valid_to=None, note=None))
    )
    assert told.endswith("valid from 2008-05-08")
    social = [plain(each) for each in articles(procedure).agencies("home.social")]
    assert social == [
        "Local labour and social affairs agency (MoLISA, DoLISA) (until 2025-06-30)",
        "Local social agency, health side (commune) (from 2025-07-01)",
    ]


@pytest.mark.parametrize("key", ROUTES)
def test_the_book_says_on_its_face_that_the_signed_text_was_not_read(key: str) -> None:
    about = ROUTES[key].about
    assert about is not None
    assert "not read" in about["en"]
    for language in ROUTES[key].languages:
        book = plain(book_html(ROUTES[key], (language,)))
        assert book.index(about[language]) < book.index(word("book", "agencies", language).text)


def test_a_file_need_not_say_what_it_is_but_says_it_in_every_language_or_not_at_all() -> None:
    text = CORRIDORS.joinpath("khm-tha-2019.toml").read_text(encoding="utf-8")
    silent = re.sub(r"^\[about\]\n(.+\n)+", "", text, flags=re.MULTILINE)
    assert read_text(silent, "silent.toml").about is None
    assert "Agencies" in book_html(read_text(silent, "silent.toml"), ("en",))
    half = re.sub(r"(?<=^\[about\]\n)(en = .*\n)(.+\n)+", r"\1", text, flags=re.MULTILINE)
    with pytest.raises(ProcedureError, match=r"half\.toml, line 19: about: has no words in “km”"):
        read_text(half, "half.toml")


@pytest.mark.parametrize("key", ROUTES)
def test_no_stage_claims_an_article_of_a_text_that_nobody_here_has_read(key: str) -> None:
    assert [stage.name for stage in ROUTES[key].stages.values() if stage.article] == []


def test_who_acts_is_told_by_name_when_few_and_by_kind_when_many() -> None:
    procedure = ROUTES["tha-khm-2019"]
    few = replace(procedure.actions["identify"], by=("host.identification",))
    many = replace(few, by=("host.identification", "host.police", "support.iom", "person"))
    nobody = replace(procedure, agencies={"THA": {}, "KHM": {}})
    told = articles(procedure)
    assert "Multidisciplinary" in told.act(few)[0].items[0]
    assert (
        plain(told.act(many)[0].items[0])
        == "Identifying body, Thailand or Police, Thailand or IOM or The person"
    )
    assert plain(articles(nobody).act(few)[0].items[0]) == "Identifying body, Thailand"
    assert plain(articles(nobody).agencies("host.police")[0]) == "Police"
    assert plain(articles(procedure).agencies("support.iom")[0]) == "IOM"


def test_every_safeguard_and_floor_rule_is_translated_as_it_now_stands() -> None:
    """Fails when an English sentence changes: the translations of the old one are no longer used."""
    for language in ("km", "th", "vi"):
        for safeguard in SAFEGUARDS.values():
            assert spoken("safeguard", safeguard.name, safeguard.sentence, language).language == language
        for rule in FLOOR:
            assert spoken("floor", rule.code, rule.sentence, language).language == language
