import pytest
from flask import render_template_string

from models import names
from models.user import User


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Priya Raman", "Priya"),
        ("Priya", "Priya"),
        ("مريم حداد", "مريم"),
        ("  Priya  Raman", "Priya"),
        ("", ""),
    ],
)
def test_a_first_name_is_the_same_everywhere(app, name, first):
    assert names.first(name) == User(name=name).first_name == first
    with app.test_request_context():
        assert render_template_string("{{ name | first_name }}", name=name) == first


def test_two_people_are_not_the_same_because_neither_is_signed_in() -> None:
    priya, marcus = User(id=1, name="Priya"), User(id=2, name="Marcus")
    assert priya != marcus
    assert priya == User(id=1)
    assert len({priya, marcus, User(id=1)}) == 2
