"""Reads a catalogue over: what is wrong with it that can be seen without knowing the language."""

import re
import unicodedata
from collections.abc import Iterator

from babel.messages.catalog import Message

from locales.catalogue import file_of, is_marked_machine, is_reviewed, messages
from locales.glossary import Breach, glossary

_PLACEHOLDER = re.compile(r"%\(\w+\)s")


def faults(language: str, domain: str = "documents") -> Iterator[Breach]:
    """Each translation that breaks a rule, with the rule. What is not translated yet is not a fault."""
    for message in messages(file_of(language, domain)):
        if not message.string:
            continue
        msgid, text = str(message.id), str(message.string)
        yield from glossary().breaches(language, msgid, text)
        for why in _slips(message, msgid, text):
            yield Breach(msgid, why)


def _slips(message: Message, msgid: str, text: str) -> Iterator[str]:
    if not (is_reviewed(message) or is_marked_machine(message)):
        yield "neither signed for by a reviewer nor marked as written by machine"
    if sorted(_PLACEHOLDER.findall(msgid)) != sorted(_PLACEHOLDER.findall(text)):
        yield "does not keep what is put into the sentence"
    if not unicodedata.is_normalized("NFC", text):
        yield "is not in composed form (NFC)"
    if text != text.strip():
        yield "has blanks at its ends"
