"""What WeasyPrint 70.0 leaves out, put right: text that can be copied and read aloud, and two standards.

As it is, WeasyPrint gives each glyph the text of the first cluster it was seen in, and an empty text to all
but the last glyph of a cluster, so that Khmer comes out scrambled and Thai and Vietnamese lose their marks.
It names no language below the whole document, and writes the mark of one standard where a file keeps two.
All hooks lean on how 70.0 is built, so any other version is refused.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pydyf
import uharfbuzz
import weasyprint
import weasyprint.pdf
from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.pdf import tags
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream

VERSION = "70.0"
COMPRESSION = 6  # the utmost takes twice the time for one part in a hundred
WORD_END = "\u200b"
SOFT_HYPHEN = "\u00ad"
DROPPED = ("BASE", "DSIG", "EBDT", "EBLC", "EBSC", "GPOS", "GSUB", "JSTF", "LTSH", "PCLT", "SVG ")


class OtherWeasyPrint(Exception):
    """The hooks were written for another WeasyPrint than the one that is here."""


def repair() -> None:
    """Puts the hooks in. Once is enough; more does no harm."""
    if weasyprint.VERSION != VERSION:
        raise OtherWeasyPrint(f"papers are made with WeasyPrint {VERSION}, and this is {weasyprint.VERSION}")
    Stream.marked = _marked
    Font.subset = cut_to_glyphs
    weasyprint.pdf.build_fonts_dictionary = _build_fonts_dictionary
    tags._build_box_tree = _build_box_tree
    pydyf.Stream.data = property(_data)
    pydyf.PDF.page_references = property(_page_references)


# What is read aloud.


@contextmanager
def _marked(stream: Any, box: Any, tag: str) -> Iterator[None]:
    """Marks a piece of content, and says with it what a stretch of text is and in which language."""
    if stream._tags is None:
        yield
        return
    properties = pydyf.Dictionary({"MCID": len(stream._tags)})
    stream._tags[box] = {"tag": tag, "mcid": len(stream._tags)}
    if isinstance(box, TextBox) and not box.text.isascii():
        properties["ActualText"] = pydyf.String(_as_read(box.text))
        if box.style["lang"]:
            properties["Lang"] = pydyf.String(box.style["lang"])
    pydyf.Stream.begin_marked_content(stream, tag, properties)
    try:
        yield
    finally:
        pydyf.Stream.end_marked_content(stream)


def _as_read(text: str) -> str:
    """The text without the marks that only say where a line may break."""
    return text.replace(WORD_END, "").replace(SOFT_HYPHEN, "")


original_box_tree = tags._build_box_tree
COLUMN, ROW = "/Column", "/Row"
SCOPES = {"row": ROW, "rowgroup": ROW}


def _build_box_tree(box: Any, *others: Any) -> Iterator[Any]:
    """The structure of a box, with its language, and with the reach of a table's headings."""
    language = None if box.style is None else box.style["lang"]
    for element in original_box_tree(box, *others):
        if language and "Lang" not in element:
            element["Lang"] = pydyf.String(language)
        if element["S"] == "/TH" and "Scope" not in element["A"]:
            element["A"]["Scope"] = SCOPES.get(box.element.get("scope", ""), COLUMN)
        yield element


# What is copied and searched.


def _build_fonts_dictionary(pdf: Any, fonts: Any, *others: Any) -> Any:
    """The fonts of a file, after each glyph was told which letter it is."""
    for font in fonts.values():
        letters = _letters(font.file_content)
        for glyph, text in font.to_unicode.items():
            font.to_unicode[glyph] = _letter(letters.get(glyph, ()), text)
    return original_fonts_dictionary(pdf, fonts, *others)


original_fonts_dictionary = weasyprint.pdf.build_fonts_dictionary


@cache
def _letters(content: bytes) -> dict[int, tuple[str, ...]]:
    """The letters that each glyph of a face stands for, lowest first."""
    face = uharfbuzz.Face(content)
    font = uharfbuzz.Font(face)
    letters: dict[int, tuple[str, ...]] = {}
    for code in sorted(face.unicodes):
        glyph = font.get_nominal_glyph(code)
        if glyph:
            letters[glyph] = (*letters.get(glyph, ()), chr(code))
    return letters


def _letter(known: tuple[str, ...], seen: str) -> str:
    """What one glyph reads as: its own letter, else the cluster it was seen in, else nothing to be seen."""
    if known and known[0].isascii():
        return known[0]  # a space is a space, though its glyph was first seen in a space that does not break
    if known:
        return seen if seen in known else known[0]
    return seen or WORD_END  # the standards do not allow an empty text


def cut_to_glyphs(font: Any, to_unicode: dict[int, str], hinting: bool) -> None:
    """Cuts a face to the glyphs that were used, with a HarfBuzz that is the same on every machine."""
    if not to_unicode:
        return
    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update(to_unicode)
    wanted.drop_table_tag_set.update(int.from_bytes(tag.encode("ascii"), "big") for tag in DROPPED)
    flags = uharfbuzz.SubsetFlags
    wanted.flags = flags.RETAIN_GIDS | flags.PASSTHROUGH_UNRECOGNIZED | flags.DESUBROUTINIZE
    if not hinting:
        wanted.flags |= flags.NO_HINTING
    if font.missing:
        wanted.flags |= flags.NOTDEF_OUTLINE
    face = uharfbuzz.Face(font.file_content, font.index)
    font.file_content = uharfbuzz.subset(face, wanted).blob.data


# What the file says of itself, and how it is written.


def _page_references(pdf: Any) -> Any:
    """The pages' references, made anew only when there are more of them; every element asks for one."""
    pages = len(pdf.pages["Kids"])
    known = pdf.__dict__.get("known_references", (-1, ()))
    if known[0] != pages:
        known = pdf.known_references = pages, original_page_references(pdf)
    return known[1]


original_page_references = pydyf.PDF.page_references.fget


def _data(stream: Any) -> bytes:
    """A stream whose length can be read off its end, too, and which is compressed only once.

    One whose last byte happens to be a carriage return would, with the line feed after it, look a byte short.
    """
    content = b"\n".join(map(pydyf._to_bytes, stream.stream))
    extra = pydyf.Dictionary(stream.extra.copy())
    if stream.compress:
        extra["Filter"] = "/FlateDecode"
        # It is asked for when it is written, and again when the file is given its identifier.
        known, packed = stream.__dict__.get("packed", (None, b""))
        if known != content:
            packed = zlib.compress(content, COMPRESSION)
            stream.packed = content, packed
        content = packed
    extra["Length"] = len(content)
    end = b"\r\nendstream" if content.endswith(b"\r") else b"\nendstream"
    return b"".join((extra.data, b"\nstream\n", content, end))


SPACES = {
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}

# PDF/A knows the words of its own mark, not those of PDF/UA's; so the file must explain them.
UNIVERSAL = """\
<rdf:Description rdf:about="" xmlns:pdfuaid="{pdfuaid}" pdfuaid:part="1" />
<rdf:Description rdf:about="" xmlns:pdfaExtension="{pdfaExtension}" xmlns:pdfaSchema="{pdfaSchema}" \
xmlns:pdfaProperty="{pdfaProperty}"><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>{pdfuaid}</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>The part of ISO 14289 that the file keeps to</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
""".format(**SPACES).encode()


class Written(pydyf.Object):  # type: ignore[misc]  # its module has no types
    """An object of a file, put into bytes once: it is written, and read again for the file's identifier."""

    data = b""

    def __init__(self, whole: Any) -> None:
        super().__init__()
        self.number, self.data = whole.number, whole.data


def finish(document: Any, pdf: Any) -> None:
    """The finisher of a paper."""
    name_both_standards(document, pdf)
    pdf.objects = [Written(each) if each.compressible and each.free == "n" else each for each in pdf.objects]


def name_both_standards(_document: Any, pdf: Any) -> None:
    """A finisher: the file's metadata name PDF/A-3a and PDF/UA-1 and are not compressed."""
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    end = b"</rdf:RDF>"
    whole = b"".join(metadata.stream)
    metadata.stream = [whole.replace(end, UNIVERSAL + end)]
    metadata.compress = False
