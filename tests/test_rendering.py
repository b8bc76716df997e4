import time
import timeit

import pytest
from jinja2 import DictLoader, UndefinedError

from blueprints.linkify import linkify
from blueprints.rendering import page_or_partial, shared_fragment


def anchor(address, text=None):
    return (
        f'<a href="{address}" target="_blank" rel="noopener noreferrer nofollow">'
        f"{text or address}</a>"
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Nothing here", "Nothing here"),
        ("<script>x</script> & 'y'", "&lt;script&gt;x&lt;/script&gt; &amp; &#39;y&#39;"),
        ("See https://a.example/b?c=1&d=2.", f"See {anchor('https://a.example/b?c=1&amp;d=2')}."),
        ("(http://a.example)", f"({anchor('http://a.example')})"),
        ("http://a.example/w_(x)", anchor("http://a.example/w_(x)")),
        ("www.a.example, yes", f"{anchor('https://www.a.example', 'www.a.example')}, yes"),
        ('https://a.example/"onclick=x', f"{anchor('https://a.example/')}&#34;onclick=x"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("https://", "https://"),
        ("http:// www. mailto:", "http:// www. mailto:"),
        ("maya@birch.example!", '<a href="mailto:maya@birch.example">maya@birch.example</a>!'),
        ("a@b", "a@b"),
        ("https://a.example/\u202egnp.exe", f"{anchor('https://a.example/')}\u202egnp.exe"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
    ],
)
def test_addresses_become_links_and_the_rest_is_escaped(text, html):
    assert linkify(text) == html


def test_a_hostile_text_is_quick():
    for text in ("a" * 20_000, "a@" * 10_000, "https://" * 3_000, "www." * 5_000, "(" * 20_000):
        linkify(text)
    linkify("https://a" + ")" * 10_000)


@pytest.mark.parametrize("end", [")", "]", "}", "().", "."])
def test_the_time_for_a_link_grows_with_its_length_only(end):
    def seconds(length):
        text = "http://" + end * (length // len(end))
        # The time of the processor: others on a busy machine do not count.
        timer = timeit.Timer(lambda: linkify(text), timer=time.process_time)
        return min(timer.repeat(number=5, repeat=5))

    assert seconds(10_000) < 20 * seconds(1_000)


def test_a_shared_fragment_knows_no_viewer(app):
    names = ("current_user", "request", "session", "g", "get_flashed_messages", "config")
    templates = {f"partials/{name}.html": "{{ " + name + " }}" for name in names}
    app.extensions["hallway.shared"].loader = DictLoader(templates)
    for name in names:
        with app.test_request_context(), pytest.raises(UndefinedError):
            shared_fragment(name)


def test_a_shared_fragment_refuses_what_was_forgotten(app):
    shared = app.extensions["hallway.shared"]
    shared.loader = DictLoader({"partials/x.html": "{{ message }}"})
    with app.app_context():
        assert shared_fragment("x", message="<b>") == "&lt;b&gt;"
        with pytest.raises(UndefinedError):
            shared_fragment("x")


def test_a_page_varies_by_what_htmx_asks(app):
    app.jinja_env.loader = DictLoader({"pages/x.html": "page", "partials/x.html": "partial"})
    with app.test_request_context():
        assert page_or_partial("x").get_data(as_text=True) == "page"
    with app.test_request_context(headers={"HX-Request": "true"}):
        response = page_or_partial("x", 422)
    assert (response.data, response.status_code) == (b"partial", 422)
    assert "HX-Request" in response.headers["Vary"]
