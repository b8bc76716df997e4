"""Numbers out of addresses and forms."""

import pytest

from blueprints.access import seq_or_404
from models.database import OPEN
from models.errors import Missing


@pytest.mark.parametrize(
    "number", [None, "", "-1", "1.0", " 1", "\u0661", "9" * 19, "0" * 20, "9" * 5_000, "1\n"]
)
def test_what_no_database_stores_is_not_there(number: str | None) -> None:
    with pytest.raises(Missing):
        seq_or_404(number)


def test_every_number_that_can_be_is_read() -> None:
    assert [seq_or_404(number) for number in ("0", "17", str(OPEN))] == [0, 17, OPEN]
