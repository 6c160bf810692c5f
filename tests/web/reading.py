"""What a page must have so that everybody can read it and find their way, whatever they read it with."""

from collections import Counter
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag


def obstacles(page: BeautifulSoup) -> list[str]:
    """What stands in a reader's way, a sentence each; nothing when the page is well made."""
    return [*_of_the_whole(page), *_of_its_boxes(page), *_of_its_links(page)]


def _of_the_whole(page: BeautifulSoup) -> Iterator[str]:
    if page.html is None or not page.html.get("lang"):
        yield "the page does not say its language"
    heads = page.find_all("h1")
    if len(heads) != 1:
        yield f"the page has {len(heads)} chief headings"
    title = page.title.text if page.title else ""
    if heads and heads[0].get_text(strip=True) not in title:
        yield f"the title {title!r} is not the heading"
    ids = Counter(str(element["id"]) for element in page.select("[id]"))
    yield from (f"the id {name} is there {times} times" for name, times in ids.items() if times > 1)
    skip = page.select_one("body > a")
    if skip is None or skip.get("href") != "#main" or page.find(id="main") is None:
        yield "nothing leads past the head of the page"
    if bool(page.select(".error-summary")) != title.startswith("Error:"):
        yield "the title does not say whether there is a mistake"


def _of_its_boxes(page: BeautifulSoup) -> Iterator[str]:
    for box in page.select("input:not([type=hidden]), select, textarea"):
        name = box.get("name")
        if not box.get("id") or page.select_one(f'label[for="{box["id"]}"]') is None:
            yield f"the box {name} has no label"
    for group in page.find_all("fieldset"):
        if group.find("legend") is None:
            yield "a group of boxes has no legend"
    for element in page.select("[aria-describedby], [aria-labelledby]"):
        for attribute in ("aria-describedby", "aria-labelledby"):
            for name in str(element.get(attribute, "")).split():
                if page.find(id=name) is None:
                    yield f"{attribute} names {name}, which is not on the page"
    for form in page.select("form[method=post]"):
        if form.select_one("input[name=csrf_token]") is None:
            yield f"the form to {form.get('action', 'the page itself')} carries no token"


def _of_its_links(page: BeautifulSoup) -> Iterator[str]:
    for link in page.select('a[href^="#"]'):
        if page.find(id=str(link["href"])[1:]) is None:
            yield f"{link.get_text(strip=True)!r} leads to {link['href']}, which is not on the page"
    for press in page.select("a, button"):
        if not _words(press):
            yield "something to press has no words"


def _words(element: Tag) -> str:
    return element.get_text(strip=True) or str(element.get("aria-label", ""))
