"""What fits what somebody types: accents, order, mistakes, and what comes first."""

import pytest

from models.matching import LONGEST, MOST_TERMS, costs, line, marked, mistaken, terms_of

PRIYA = ("Priya Raman", "412 Alder St, Unit 3B priya@raman.example")
MAYA = ("Maya Okafor", "19 Larch Ct")
TOMASZ = ("Tomasz Kowalczyk", "Kowalczyk Plumbing")


def cost(query: str, name: str, aside: str = "") -> int | None:
    return costs(terms_of(query), [(line(name), line(aside))], enough=1).get(0)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        # case, accents, and letters without their signs
        ("PRIYA", "Priya Raman"), ("sorby", "Nils Sörby"), ("SÖRBY", "Nils Sorby"),
        ("lukasz", "Łukasz Nowak"), ("sorensen", "Søren Sørensen"), ("strasse", "Haus Straße"),
        ("jose garcia", "Jose\u0301 Garci\u0301a"), ("istanbul", "İstanbul"), ("aegir", "Ægir"),
        ("фёдор", "Федор"), ("федор", "ФЁДОР"), ("شَمس", "شمس"), ("ﬁeld", "Field"),
        # apostrophes, hyphens, points
        ("obrien", "Pat O’Brien"), ("o'brien", "Pat O’Brien"), ("o brien", "Pat O'Brien"),
        ("anna maria", "Anna-Maria"), ("annamaria", "Anna-Maria"), ("st john", "St. John"),
        # any order, and only beginnings
        ("raman priya", "Priya Raman"), ("ra pr", "Priya Raman"), ("r p", "Priya Raman"),
        # a letter wrong, missing, too many, two exchanged; also before the word is finished
        ("prkya", "Priya Raman"), ("prya", "Priya Raman"), ("priyaa", "Priya Raman"),
        ("rpiya", "Priya Raman"), ("kowalczik", "Tomasz Kowalczyk"), ("kovalc", "T Kowalczyk"),
        ("kovalcyk", "T Kowalczyk"), ("tomaz kowl", "Tomasz Kowalczyk"), ("mya", "Maya Okafor"),
        ("jon", "John Smith"), ("mueller", "Jörg Müller"), ("okofar", "Maya Okafor"),
        # within words, and across them
        ("wiec", "Kowiecz"), ("okafo", "MayaOkafor"), ("mayaokafor", "Maya Okafor"),
        ("3 b", "Unit 3B"), ("unit3b", "Unit 3B"), ("larchct", "19 Larch Ct"),
        # other scripts and signs
        ("龙", "李小龙"), ("مريم", "مريم الزين"), ("🦊", "🦊 Fox"),
        ("박", "박지성"), ("हिन्", "हिन्दी"),
    ],
)  # fmt: skip
def test_it_fits(query: str, name: str) -> None:
    assert cost(query, name) is not None
    assert cost(query, "Somebody", name) is not None


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("marcus", "Priya Raman"), ("priya feld", "Priya Raman"), ("3c", "Unit 3B"),
        ("413", "412 Alder St"), ("sam", "Tam"), ("ab", "Ba"), ("ruth", "Bath"),
        ("prrryya", "Priya"), ("कि", "की"), ("boiler 88", "Priya Raman"), ("iya", "P Y"),
        ("", "Priya"), (" ", "Priya"), ("%_\\", "Priya"), (".*", "Priya"), ("\x00", "Priya"),
    ],
)  # fmt: skip
def test_it_does_not_fit(query: str, name: str) -> None:
    assert cost(query, name) is None


def test_what_fits_better_costs_less() -> None:
    ladder = [
        cost("priya", "Priya Raman"),
        cost("priya", "Priyanka Rao"),
        cost("priya", "Somebody", "Priya"),
        cost("priya", "Somebody", "Priyanka"),
        cost("priya", "Xpriyax"),
        cost("priya", "Pryia"),
        cost("priya", "Somebody", "Pryia"),
    ]
    assert ladder == sorted(ladder)
    assert len(set(ladder)) == len(ladder)


def test_mistakes_are_looked_for_only_when_too_little_fits() -> None:
    texts = [(line(name), " ") for name in ("Marta", "Martha", "Marta Kay")]
    assert set(costs(["marta"], texts, enough=2)) == {0, 2}
    assert set(costs(["marta"], texts, enough=3)) == {0, 1, 2}


@pytest.mark.parametrize(
    ("term", "near"),
    [
        ("me", set()), ("3ab", set()), ("max", {"marx"}), ("mara", {"marx", "maria", "mariana"}),
        ("marianna", {"mariana"}), ("mirana", {"mariana"}), ("miran", set()),
    ],
)  # fmt: skip
def test_long_words_may_have_more_mistakes(term: str, near: set[str]) -> None:
    assert set(mistaken(term, ["marx", "maria", "mariana", "sofia", "3ac"])) == near


@pytest.mark.parametrize(
    ("query", "text", "shown"),
    [
        ("pri ra", "Priya Raman", "[Pri]ya [Ra]man"),
        ("sorb", "Nils Sörby", "Nils [Sörb]y"),
        ("jos", "Jose\u0301 García", "[Jos]e\u0301 García"),
        ("jose", "Jose\u0301 García", "[Jose\u0301] García"),
        ("strass", "Straße 5", "[Straß]e 5"),
        ("prya", "Priya Raman", "[Priya] Raman"),
        ("larchct", "19 Larch Ct, Unit B", "19 [Larch] [Ct], Unit B"),
        ("obrien", "Pat O’Brien", "Pat [O’Brien]"),
        ("owal", "Kowalczyk", "K[owal]czyk"),
        ("zzz", "Priya", "Priya"),
        ("<b>", "<b>Bob</b>", "<[b]>[B]ob</[b]>"),
        ("x", "", ""),
    ],
)
def test_why_it_fits_is_marked(query: str, text: str, shown: str) -> None:
    parts = marked(text, terms_of(query)).parts
    assert "".join(f"[{part}]" if hit else part for part, hit in parts) == shown


def test_of_a_long_query_only_the_beginning_is_looked_at() -> None:
    assert terms_of("a " * 10_000) == ["a"] * MOST_TERMS
    assert terms_of("x" * 10_000) == ["x" * LONGEST]
    assert terms_of("\x00 %_\\ .* ' \u202e") == []
