"""The details of who one writes with."""

from flask import Flask

from models.connection import SERVICE_PRO, Connection
from tests.factories import contact, dialogue_of, office
from tests.signed_in import browser_of


def test_an_address_adds_nothing_to_the_mail_that_is_begun(app: Flask) -> None:
    house = office()
    priya = contact(house.account)
    address = "priya?bcc=x&body=y%0a@example.com"
    Connection.update(email=address).where(Connection.id == priya.id).execute()
    page = browser_of(app, house.admin).get(f"/threads/{dialogue_of(priya).id}/details")
    assert 'href="mailto:priya%3Fbcc%3Dx%26body%3Dy%250a@example.com"' in page.text


def test_a_company_is_nobodys_home(app: Flask) -> None:
    house = office()
    tomasz = contact(house.account, "Tomasz", SERVICE_PRO)
    Connection.update(company="Kowalczyk Plumbing").where(Connection.id == tomasz.id).execute()
    page = browser_of(app, house.admin).get(f"/threads/{dialogue_of(tomasz).id}/details").text
    assert "<dt>Company</dt><dd>Kowalczyk Plumbing</dd>" in page
    assert "<dt>Home</dt>" not in page
