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
