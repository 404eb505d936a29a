"""Pairing: the addresses of the page, shown at the start, with a QR code for a phone."""

import sys
from collections.abc import Sequence

import click


def show_links(links: Sequence[str]) -> None:
    """Print where the page is; for the network also the code that a phone's camera reads."""
    for line in in_words(links):
        click.echo(line, err=True)
    if len(links) > 1:
        import segno

        segno.make(links[1], error="l").terminal(out=sys.stderr, compact=True, border=2)


def in_words(links: Sequence[str]) -> list[str]:
    """The same in sentences; empty where there is no page.

    >>> in_words(("http://127.0.0.1:9480/",))
    ['The page: http://127.0.0.1:9480/']
    """
    if not links:
        return []
    lines = [f"The page: {links[0]}"]
    if len(links) > 1:
        lines += [
            f"To look only, from another machine: {links[2]}",
            f"On a phone in this network (whoever has this link can do everything): {links[1]}",
        ]
    return lines
