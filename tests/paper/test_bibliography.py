"""Each reference is whole, cited, and named as the others are."""

import re
from pathlib import Path

import pytest

import paper
from paper.article import section_files, text_of

BIBLIOGRAPHY = Path(paper.__file__).parent / "references.bib"
WANTED = {
    "article": {"author", "title", "journal", "year"},
    "book": {"author", "title", "publisher", "address", "year"},
    "misc": {"author", "title", "year"},
    "techreport": {"author", "title", "institution", "number", "year"},
}
# Magazines whose articles are cited by month or year.
WITHOUT_VOLUME = {"Risk", "Wilmott Magazine"}


def entries():
    text = BIBLIOGRAPHY.read_text("utf-8")
    for kind, key, body in re.findall(r"@(\w+)\{(\w+),\n(.*?)\n\}", text, re.DOTALL):
        fields = re.findall(
            r"^ *(\w+) *= *(.*?),?$(?=\n *\w+ *=|\Z)", body, re.DOTALL | re.MULTILINE
        )
        yield kind, key, {name: " ".join(value.split()).strip("{}") for name, value in fields}


ENTRIES = list(entries())


def test_all_entries_are_read():
    assert len(ENTRIES) == BIBLIOGRAPHY.read_text("utf-8").count("\n@") + 1


@pytest.mark.parametrize(("kind", "key", "fields"), ENTRIES, ids=[key for _, key, _ in ENTRIES])
def test_an_entry_has_what_its_kind_needs(kind, key, fields):
    assert WANTED[kind] <= set(fields)
    if kind == "article" and fields["journal"] not in WITHOUT_VOLUME:
        assert {"volume", "pages"} <= set(fields)
        assert re.fullmatch(r"\d+(--\d+)?", fields["pages"])
        first, _, last = fields["pages"].partition("--")
        assert not last or int(first) < int(last)
    if kind == "misc":
        assert {"howpublished", "note"} & set(fields)
    if "doi" in fields:
        assert re.fullmatch(r"10\.\d{4,}/\S+", fields["doi"])
    assert re.fullmatch(r"(19|20)\d\d", fields["year"])
    assert key.endswith(fields["year"]) or kind == "misc"


def test_references_differ_and_are_all_cited():
    titles = [re.sub(r"\W", "", fields["title"]).lower() for _, _, fields in ENTRIES]
    keys = [key for _, key, _ in ENTRIES]
    assert len(titles) == len(set(titles))
    assert len(keys) == len(set(keys))
    text = "\n".join(text_of(path) for path in section_files())
    cited = {
        key.strip()
        for names in re.findall(r"\\cite[pt]?(?:\[[^]]*\])*\{([^}]*)\}", text)
        for key in names.split(",")
    }
    assert cited == set(keys)
