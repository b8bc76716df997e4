from models import database


def test_it_is_ok_when_the_database_answers(client):
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok")


def test_it_is_503_when_the_database_does_not_answer(app, tmp_path):
    database.connect_to(f"sqlite:///{tmp_path}/no/such/folder/hallway.db")
    response = app.test_client().get("/healthz")
    assert response.status_code == 503
    assert "Traceback" not in response.text
