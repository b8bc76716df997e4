"""Times that suit somebody: read in the zone of the property, also where clocks are changed."""

import pytest

from models import clock
from models.requests.times import NO_CLOCK, NO_DAY, REVERSED, Typed, read

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


@pytest.mark.parametrize(
    ("typed", "zone", "begins", "ends"),
    [
        (("2026-11-20", "09:00", "12:30"), NEW_YORK, "2026-11-20T14:00", "2026-11-20T17:30"),
        (("2026-07-20", "09:00", "12:30"), BERLIN, "2026-07-20T07:00", "2026-07-20T10:30"),
        # Until midnight, as a field gives it and as people say it.
        (("2026-11-20", "20:00", "00:00"), "UTC", "2026-11-20T20:00", "2026-11-21T00:00"),
        (("2026-11-20", "00:00", "24:00"), "UTC", "2026-11-20T00:00", "2026-11-21T00:00"),
        # Summer time begins: 2:00 to 3:00 is left out, the day has 23 hours.
        (("2026-03-29", "02:30", "05:00"), BERLIN, "2026-03-29T01:30", "2026-03-29T03:00"),
        (("2026-03-29", "01:00", "02:30"), BERLIN, "2026-03-29T00:00", "2026-03-29T01:30"),
        (("2026-03-29", "00:00", "00:00"), BERLIN, "2026-03-28T23:00", "2026-03-29T22:00"),
        # It ends: 1:00 to 2:00 comes twice, and the whole of it is meant.
        (("2026-11-01", "01:00", "01:30"), NEW_YORK, "2026-11-01T05:00", "2026-11-01T06:30"),
        (("2026-11-01", "00:00", "24:00"), NEW_YORK, "2026-11-01T04:00", "2026-11-02T05:00"),
    ],
)
def test_a_time_means_what_the_clocks_of_the_house_show(typed, zone, begins, ends) -> None:
    span = read(Typed(*typed), zone)
    assert tuple(clock.iso(instant)[:16] for instant in span) == (begins, ends)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("", "09:00", "10:00"), NO_DAY),
        (("20.11.2026", "09:00", "10:00"), NO_DAY),
        (("2026-02-30", "09:00", "10:00"), NO_DAY),
        (("9999-12-31", "09:00", "10:00"), NO_DAY),
        (("0001-01-01", "09:00", "10:00"), NO_DAY),
        (("2026-11-20", "", "10:00"), NO_CLOCK),
        (("2026-11-20", "9", "10:00"), NO_CLOCK),
        (("2026-11-20", "09:00", "25:00"), NO_CLOCK),
        (("2026-11-20", "09:00", "١٠:٠٠"), NO_CLOCK),
        (("2026-11-20", "10:00", "09:00"), REVERSED),
        (("2026-11-20", "10:00", "10:00"), REVERSED),
        # Nothing of it is left when the hour is left out.
        (("2026-03-29", "02:30", "03:30"), REVERSED),
    ],
)
def test_what_is_no_time_is_refused_with_a_sentence(typed, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        read(Typed(*typed), BERLIN)
