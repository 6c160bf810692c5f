"""`repatriation wording`: how far the translation of papers has come, and whether it keeps its rules."""

import click

REVIEWING = """A string is reviewed in its catalogue, locales/LANGUAGE/LC_MESSAGES/documents.po, with any
translator's tool for such files or an editor of text. Whoever has read a string and stands by it takes the
mark “fuzzy” away and adds the comment

\b
    # reviewed: ROLE, YEAR-MONTH-DAY, BASIS

where the basis is an instrument, a ministry's letter or “read as a native speaker”. Until then papers print
the string in red, and official papers stay drafts. Nothing else takes the red away."""


@click.group("wording", help=f"The words of papers in Khmer, Thai and Vietnamese.\n\n{REVIEWING}")
def command() -> None:
    """The words of papers in Khmer, Thai and Vietnamese."""


@command.command()
def status() -> None:
    """Say of each language how many strings are reviewed, written by machine, or missing."""
    from collections import Counter

    from locales import AUTONYMS
    from locales.catalogue import coverage
    from locales.glossary import LANGUAGES, glossary

    click.echo("Strings of papers      all  reviewed  machine  missing")
    for language in AUTONYMS:
        counted = coverage(language)
        click.echo(
            f"  {language:<17} {counted.strings:>7,} {counted.reviewed:>9,} {counted.machine:>8,}"
            f" {counted.missing:>8,}"
        )
    click.echo("Terms of the glossary  all  official   in use  machine")
    for language in LANGUAGES:
        by_status = Counter(term.renderings[language].status for term in glossary().terms)
        click.echo(
            f"  {language:<17} {by_status.total():>7,} {by_status['official']:>9,} {by_status['in use']:>8,}"
            f" {by_status['machine']:>8,}"
        )


@command.command()
def check() -> None:
    """Hold every translation to the glossary and to the marks it must carry; name those that fail."""
    from locales.glossary import LANGUAGES, GlossaryError
    from locales.proofreading import faults

    try:
        found = [(language, fault) for language in LANGUAGES for fault in faults(language)]
    except GlossaryError as problem:
        raise click.ClickException(str(problem)) from None
    for language, fault in found:
        click.echo(f"{language}: {fault.msgid}\n    {fault.why}")
    if found:
        raise click.ClickException(f"The wording of papers has faults: {len(found):,}.")
    click.echo("The wording of papers keeps to the glossary.")
