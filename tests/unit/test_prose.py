"""What people read is plain English: no archaic turns, no words that engineers do not use."""

import re
from pathlib import Path

import pytest
from support.sentences import sentences

ROOT = Path(__file__).parents[2]
_AT_THE_TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
PAGES = [*(ROOT / name for name in _AT_THE_TOP), *sorted((ROOT / "docs").rglob("*.md"))]
ARCHAIC = re.compile(
    r"\b(in vain|nobody but|thereof|thereby|herein|whilst|albeit|lest|hither|betwixt|forthwith|"
    r"ere long|none other|be it said|wont to|nay|amongst|upon which|so that no (?:one|body) may)\b",
    re.IGNORECASE,
)
MISSPELT = re.compile(
    r"\b(teh|recieve\w*|seperat\w*|occured|untill?l|wich|adress\w*|existant|definately|"
    r"accomodat\w*|succesful\w*|paramter\w*|agressiv\w*)\b",
    re.IGNORECASE,
)

MERGING = re.compile(r"^(<{7} |={7}$|>{7} )")
"""What a merge that somebody has not finished leaves behind."""

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_is_in_plain_english(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    odd = [
        f"{number}: {found[0]}"
        for number, line in enumerate(lines, start=1)
        for wrong in (ARCHAIC, MISSPELT, MERGING)
        if (found := wrong.search(line))
    ]
    assert odd == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = [
        f"{name}#{anchor}"
        for name, anchor in LINK.findall(text)
        if not (target := page.parent / name if name else page).exists()
        or (anchor and target.suffix == ".md" and anchor not in _anchors(target))
    ]
    assert broken == []


def test_the_site_lists_every_page() -> None:
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = [str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if f": {page}\n" not in site] == []


def test_what_the_program_says_is_in_plain_english() -> None:
    said = list(sentences())
    assert len(said) > 500
    odd = [
        f"{path}:{line}: {found[0]}"
        for path, line, text in said
        for wrong in (ARCHAIC, MISSPELT, MERGING)
        if (found := wrong.search(text))
    ]
    assert odd == []
