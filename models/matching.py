"""How well texts fit what somebody types: accents, case, the order of words, typing mistakes.

Pure: it knows texts, not whose they are.
"""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import chain, groupby
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

LONGEST: Final = 100
"""Characters of a query that are looked at, and MOST_TERMS of its words."""
MOST_TERMS: Final = 8

EXACT, PREFIX, EXACT_ASIDE, PREFIX_ASIDE, WITHIN, ACROSS = 0, 1, 2, 3, 5, 6
MISTAKEN, MISTAKEN_ASIDE = 12, 14
"""What a term costs: it is a word of the name or begins one, the same of what is said aside, it
stands within a word or across two, it is mistyped for a word of the name, or of the rest."""

LEAST_WITHIN, LEAST_ACROSS = 3, 5
"""Letters a term must have to be found within a word, and across the space between two."""

# Letters that Unicode does not take apart, as they are typed without a keyboard for them.
_PLAIN: Final = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
_APOSTROPHES: Final = "'’‘ʼ`´"


Texts = Sequence[tuple[str, str]]
"""What each thing can be found by: its name, and what is said aside; both made by `line`."""


class _Folding(dict[int, str]):
    """A table for `str.translate`, filled as characters come along."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if len(self) < 10_000:  # whoever types all of Unicode fills no memory
            self[code] = folded
        return folded


def _fold(char: str) -> str:
    """A letter without accents and case; nothing for what goes unseen, a space for the rest."""
    category = unicodedata.category(char)
    if char in _APOSTROPHES or category == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return ""
    if category == "So":  # a pictogram is a word of its own
        return f" {char} "
    if category[0] not in "LMN":
        return " "
    letters = unicodedata.normalize("NFKD", char.casefold())
    # What stays without an accent but is a mark is a vowel of an Indian script.
    bare = (c for c in letters if not unicodedata.combining(c))
    return "".join(_PLAIN.get(c, c) for c in bare if unicodedata.category(c)[0] in "LMN")


_folding = _Folding()


@lru_cache(32_768)
def line(text: str) -> str:
    """The words of a text in comparable letters, each between spaces: " priya raman "."""
    return f" {' '.join(text.translate(_folding).split())} "


def terms_of(query: str) -> list[str]:
    """The words of a query, as they are looked for; every one must fit."""
    return query[:LONGEST].translate(_folding).split()[:MOST_TERMS]


def costs(terms: Sequence[str], texts: Texts, enough: int) -> dict[int, int]:
    """The index of each text that every term fits, with what that costs; 0 is the best fit.

    Beginnings of words are looked for first. Only when fewer than `enough` texts fit so, also
    what stands within words, across two of them, and what has a typing mistake.
    """
    if not terms:
        return {}
    found: dict[int, int] = {}
    _add_fitting(found, [_Term(term) for term in terms], texts)
    if len(found) < enough:
        vocabulary = set(" ".join(chain.from_iterable(texts)).split())
        _add_fitting(found, [_Term(term, vocabulary) for term in terms], texts)
    if not found:  # a space too many or too few: "3 b", "larchct"
        _add_fitting(found, [_Term("".join(terms), across=True)], texts)
    return found


def _add_fitting(found: dict[int, int], terms: Sequence["_Term"], texts: Texts) -> None:
    """Add the texts that all of these terms fit and that were not found before."""
    for index, (name, aside) in enumerate(texts):
        if index in found:
            continue
        total = 0
        for term in terms:
            cost = term.cost(name, aside)
            if cost is None:
                break
            total += cost
        else:
            found[index] = total


class _Term:
    """One word of a query: strict by itself, lenient with the words that there are."""

    def __init__(self, text: str, vocabulary: Collection[str] = (), across: bool = False) -> None:
        self._text, self._begins, self._is = text, f" {text}", f" {text} "
        self._near = mistaken(text, vocabulary)
        self._within = bool(vocabulary) and _may_stand_within(text)
        self._across = across and len(text) >= LEAST_ACROSS

    def cost(self, name: str, aside: str) -> int | None:
        """What it costs in a text of which these are the two lines; None where it does not fit."""
        if self._begins in name:
            return EXACT if self._is in name else PREFIX
        if self._begins in aside:
            return EXACT_ASIDE if self._is in aside else PREFIX_ASIDE
        if self._within and (self._text in name or self._text in aside):
            return WITHIN
        if self._near:
            return self._mistaken(name, aside)
        if self._across and self._text in f"{name}{aside}".replace(" ", ""):
            return ACROSS
        return None

    def _mistaken(self, name: str, aside: str) -> int | None:
        if self._near.keys().isdisjoint((name + aside).split()):
            return None
        in_name = [self._near[word] for word in name.split() if word in self._near]
        if in_name:
            return MISTAKEN + min(in_name)
        return MISTAKEN_ASIDE + min(self._near[w] for w in aside.split() if w in self._near)


def _may_stand_within(term: str) -> bool:
    # Scripts without spaces between words are looked through from the first sign.
    return len(term) >= LEAST_WITHIN or not term.isascii()


def mistaken(term: str, words: Iterable[str]) -> dict[str, int]:
    """The words that a term may stand for with a few mistakes, and how many those are.

    A mistake is a letter too many, missing, wrong, or two exchanged. Three to five letters may
    have one, in three the first is right; more letters may have two. As one types, the
    beginning of a word is as good as the word: the first letter is right, and two mistakes
    need eight letters. Numbers are never mistaken: 3A is not 3B.
    """
    if len(term) < 3 or not term.isalpha():
        return {}
    whole = [word for word in words if word.isalpha()]
    begun = [word for word in whole if word[0] == term[0]]
    if len(term) == 3:
        return dict(_close(term, begun, begun, 1))
    found = dict(_close(term, whole, whole, 1 if len(term) < 6 else 2))
    for length in (len(term) - 1, len(term), len(term) + 1):
        longer = [word for word in begun if len(word) > length]
        heads = [word[:length] for word in longer]
        for word, number in _close(term, heads, longer, 1 if len(term) < 8 else 2):
            found[word] = min(number, found.get(word, number))
    return found


def _close(
    term: str, read: Sequence[str], words: Sequence[str], allowed: int
) -> Iterable[tuple[str, int]]:
    near = extract(term, read, scorer=OSA.distance, score_cutoff=allowed, limit=None)
    return ((words[index], int(number)) for _, number, index in near)


class Marked(NamedTuple):
    """A text in parts, each with whether it is why the text fits, and the terms that hit."""

    parts: list[tuple[str, bool]]
    hits: set[str]


def marked(text: str, terms: Sequence[str]) -> Marked:
    """A text as it is shown, with what fits the terms marked, accents and all."""
    folded = [char.translate(_folding) for char in text]
    letters = [(letter, at) for at, several in enumerate(folded) for letter in several]
    lit: set[int] = set()
    hits: set[str] = set()
    for term in terms:
        places = _places(term, letters)
        if places:
            hits.add(term)
        lit.update(places)
    flags: list[bool] = []
    for at, several in enumerate(folded):
        # An accent that stands behind its letter belongs to it.
        flags.append(at in lit or (not several and bool(flags) and flags[-1]))
    grouped = groupby(zip(text, flags, strict=True), lambda pair: pair[1])
    return Marked([("".join(c for c, _ in pairs), flag) for flag, pairs in grouped], hits)


def _places(term: str, letters: Sequence[tuple[str, int]]) -> list[int]:
    """Where in the text stands what the term fits best: a beginning, a part, a mistaken word."""
    words = [list(run) for is_space, run in groupby(letters, _is_space) if not is_space]
    spelled = ["".join(letter for letter, _ in word) for word in words]
    pairs = list(zip(spelled, words, strict=True))
    begun = [at for word, run in pairs if word.startswith(term) for _, at in run[: len(term)]]
    if begun:
        return begun
    if _may_stand_within(term):
        for word, run in pairs:
            start = word.find(term)
            if start >= 0:
                return [at for _, at in run[start : start + len(term)]]
        start = "".join(spelled).find(term) if len(term) >= LEAST_ACROSS else -1
        if start >= 0:
            return [at for _, at in list(chain.from_iterable(words))[start : start + len(term)]]
    near = mistaken(term, spelled)
    return [at for word, run in pairs if word in near for _, at in run]


def _is_space(letter: tuple[str, int]) -> bool:
    return letter[0] == " "
