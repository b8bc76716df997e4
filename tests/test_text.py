"""What is stored of the text that people type."""

import pytest

from models.text import block, line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Priya \t Raman ", "Priya Raman"),
        ("Pri\u200bya\ufeff", "Priya"),
        ("Priya \u202enamaR", "Priya namaR"),
        ("\u2066Priya\u2069 \u200b Raman", "Priya Raman"),
        ("\u05de\u05d9\u05d4\u200f", "\u05de\u05d9\u05d4"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("\U0001f469\u200d\U0001f527", "\U0001f469\u200d\U0001f527"),
        ("\u200b\u202e\u2060", ""),
        ("\u200d \u200c", ""),
        ("\u3164\u2800\ufe0f", ""),
    ],
)
def test_a_line_holds_nothing_unseen(typed: str, kept: str) -> None:
    assert line(typed) == kept


def test_a_text_of_several_lines_keeps_its_marks() -> None:
    assert block("a\u200f\r\nb", 9) == "a\u200f\nb"
