"""The page at `/_seslab/`, in a real browser: what people see and do there, and what a hostile mail cannot do."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from loadtests.endpoint.conditions import Faults
from loadtests.endpoint.page.document import document
from scenarios import web_pages
from scenarios.web_pages import refusal
from seslab.commands.sending.serve import ADMISSIONS, LIMITERS
from tests.unit import browser
from tests.unit.browser import Tab
from tests.unit.served import Endpoint, account, mail, send, served
from tests.unit.web_server import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAILS = "document.querySelectorAll('#mails a').length"
HOSTILE = """
<meta http-equiv="refresh" content="0; url=SINK/refreshed">
<base href="SINK/"><link rel="stylesheet" href="SINK/style.css">
<style>@import "SINK/import.css"; body { background: url(SINK/background.png) }</style>
<script>parent.document.title = "taken"; fetch("/_seslab/messages", {method: "DELETE"})</script>
<img src="SINK/image.png" onerror="parent.document.title = 'taken'"><img src="/_seslab/stats">
<iframe src="/_seslab/"></iframe><object data="/_seslab/"></object><video src="SINK/video" autoplay></video>
<form action="/_seslab/start" method="post"><input autofocus onfocus="parent.document.title = 'taken'"></form>
<a href="URL/_seslab/messages" target="_self" style="position: fixed; inset: 0; background: #fff">click</a>
"""
CONTRASTS = """
(() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (one) => { const of = one ? parse(getComputedStyle(one).backgroundColor) : [255, 255, 255];
    return of[3] === 0 ? ground(one.parentElement) : of; };
  return [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility() && one.textContent.trim()
    && one.closest(":disabled, .hidden, .skip, script, svg") === null
    && [...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim())).map((one) => {
      const pair = [light(parse(getComputedStyle(one).color)), light(ground(one))].sort((a, b) => b - a);
      return [(pair[0] + 0.05) / (pair[1] + 0.05), one.outerHTML.slice(0, 80)]; });
})()
"""
CENTRE = "(({{x, y, width, height}}) => ({{x: x + width / 2, y: y + height / 2}}))({}.getBoundingClientRect())"
SETTLED_MS = 2_000
NAMED = {"button", "textbox", "searchbox", "spinbutton", "combobox", "checkbox", "link", "tab", "image", "Iframe"}


@pytest.fixture(scope="module")
def page() -> Iterator[Tab]:
    """One browser for all tests."""
    if browser.found() is None:
        pytest.skip("no Chromium is installed")
    with browser.tab() as tab:
        tab.show(1440, 900)
        yield tab


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """One that has accepted mails of several kinds, and refused some."""
    with served(account=account(max_send_rate_per_s=1.0, limiter={"burst": 60})) as running:
        v2 = running.client("sesv2")
        send(v2, **mail(to="bounce@simulator.amazonses.com", Content=content("Grüße 你好", "hello")))
        send(v2, **mail(to="ann@example.org", Content=content("Hostile", "", HOSTILE.replace("URL", running.url))))
        assert [send(v2, **mail(30)) for _ in range(3)][1] == "TooManyRequestsException"
        yield running


def content(subject: str, text: str = "", html: str = "") -> dict[str, Any]:
    """A mail's."""
    body = {"Text": {"Data": text}, "Html": {"Data": html}}
    return {"Simple": {"Subject": {"Data": subject}, "Body": body}}


def opened(page: Tab, endpoint: Endpoint, view: str = "", numbers: int = 5) -> None:
    """The page, once it shows what the server has told it."""
    page.events.clear()
    page.ask("Page.navigate", url="about:blank")
    page.ask("Page.navigate", url=f"{endpoint.url}/_seslab/{view}")
    page.until(f"document.querySelectorAll('#numbers dd').length === {numbers}")


def read(page: Tab, subject: str) -> None:
    """The mail of this subject is shown."""
    page.until(f"[...document.querySelectorAll('#mails a')].find((one) => one.textContent.includes('{subject}'))")
    page.value(
        f"[...document.querySelectorAll('#mails a')].find((one) => one.textContent.includes('{subject}')).click()"
    )
    page.until(f"document.querySelector('#mail h2')?.textContent === '{subject}'")


def test_nothing_else_may_act_in_the_page() -> None:
    """Its one script and its one style are those that its policy names by their hashes; no other host is asked."""
    html, policy = document()
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", html.decode(), re.DOTALL)
        assert f"{directive} 'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert not re.findall(r" (?:on\w+|style)=", html.decode().partition("<script>")[0])


def test_the_page_offers_what_there_is() -> None:
    """Each kind of limiter and of admission that the command line knows, and a field for each fault."""
    html = document().html.decode()
    assert re.findall(r"<option>(.*?)</option>", html) == [*LIMITERS, *ADMISSIONS]
    (faults,) = re.findall(r'<form id="faults-form">.*?</form>', html, re.DOTALL)
    assert re.findall(r'name="(\w+)"', faults) == [*Faults.model_fields]


def test_a_hostile_mail_can_do_nothing(page: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs no script, asks no other host, and what its links lead to on this one is refused."""
    asked: list[str] = []
    refused: list[str | None] = []

    def heard(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return [b""]

    def judged(headers: Mapping[str, str], names: tuple[str, ...] | None) -> str | None:
        refused.append(refusal(headers, names))
        return refused[-1]

    monkeypatch.setattr(web_pages, "refusal", judged)
    with served() as endpoint, serving(heard) as sink:
        hostile = HOSTILE.replace("URL", endpoint.url).replace("SINK", "http://{}:{}".format(*sink.bind_addr))
        send(endpoint.client("sesv2"), **mail(Content=content("Hostile", "", hostile)))
        opened(page, endpoint)
        read(page, "Hostile")
        page.until("performance.getEntriesByType('resource').some((one) => one.name.endsWith('/html'))")
        page.until(f"performance.now() > {SETTLED_MS}")
        assert not any(refused)
        page.click(**page.value(CENTRE.format("document.querySelector('iframe')")))
        page.until(f"performance.now() > {2 * SETTLED_MS}")
        assert any(refused)
        assert asked == []
        assert page.value("document.title") == "seslab serve"
        assert endpoint.ask("GET", "/_seslab/messages")["kept"] == 1


def test_a_page_of_another_origin_is_kept_out(page: Tab, endpoint: Endpoint) -> None:
    """It reads nothing, whatever it asks for, and what it sends without asking changes nothing."""
    before = endpoint.ask("GET", "/_seslab/messages")["kept"]
    page.ask("Page.navigate", url="data:text/html,elsewhere")
    for path in ("", "messages", "live", "stats"):
        assert page.value(f"fetch('{endpoint.url}/_seslab/{path}').then(() => 'read', () => 'kept out')") == "kept out"
    for method, path in (("POST", "_seslab/start"), ("POST", "moto-api/reset"), ("DELETE", "_seslab/messages")):
        sent = f"fetch('{endpoint.url}/{path}', {{method: '{method}', mode: 'MODE', body: '{{\"zero_unix_s\": 1}}'}})"
        for mode in ("no-cors", "cors"):
            page.value(f"{sent.replace('MODE', mode)}.catch(() => 0).then(() => 0)")
    assert endpoint.ask("GET", "/_seslab/messages")["kept"] == before
    assert endpoint.ask("GET", "/_seslab/stats")["accounts"][0]["throttled"] == 2


def test_the_inbox(page: Tab, endpoint: Endpoint) -> None:
    """Mails are listed, found, read by keyboard alone, with their fate; a new one appears by itself."""
    opened(page, endpoint)
    assert page.until(f"{MAILS} === 3")
    for key in ("/", *"grüße"):
        page.key(key)
    assert page.until(f"{MAILS} === 1")
    page.key("Tab")
    page.key("Tab")
    page.until("document.activeElement.className === 'mail'")
    page.key("Enter")
    page.until("document.querySelector('#mail h2')?.textContent === 'Grüße 你好'")
    assert page.value("document.querySelector('#panel').textContent") == "hello"
    page.value("document.querySelector('[role=tab]').focus()")
    page.key("ArrowRight")
    assert "Bounce Permanent General" in page.until("document.querySelector('.fates')?.textContent")
    page.value("(document.getElementById('text').value = '', document.getElementById('search').requestSubmit())")
    page.until(f"{MAILS} === 3")
    endpoint.ask("PUT", "/_seslab/limiter", {"burst": 5})
    send(endpoint.client("sesv2"), **mail(Content=content("A new one")))
    assert page.until("document.querySelector('#mails .subject').textContent === 'A new one'")


def test_many_mails_come_page_by_page(page: Tab) -> None:
    """Of 2,000 the newest hundred are shown at once, and the others as somebody scrolls to them."""
    with served(account=account(max_send_rate_per_s=1e5)) as endpoint:
        v2 = endpoint.client("sesv2")
        v2.create_email_template(TemplateName="t", TemplateContent={"Subject": "s", "Text": "t"})
        entry = {"Destination": {"ToAddresses": ["you@example.org"]}}
        default = {"Template": {"TemplateName": "t", "TemplateData": "{}"}}
        for _ in range(40):
            v2.send_bulk_email(FromEmailAddress="me@example.com", DefaultContent=default, BulkEmailEntries=[entry] * 50)
        opened(page, endpoint)
        page.until(f"{MAILS} >= 100")
        assert page.value(MAILS) <= 200
        assert page.until(f"(document.getElementById('scroll').scrollTop += 1e5, {MAILS} === 2000)")
        assert page.value("document.getElementById('inbox-count').textContent") == "2,000"


def test_traffic_and_settings(page: Tab, endpoint: Endpoint) -> None:
    """A refusal is told with what filled the bucket, a second is read out, and what is set is set."""
    opened(page, endpoint, "#traffic")
    assert "It needed 30, and 28 of 60 were left" in page.until("document.querySelector('.reason')?.textContent")
    assert "of 60 recipients now" in page.value("document.getElementById('chart-room').getAttribute('aria-label')")
    page.until("page.accounts[0].seconds.accepted.length > 0")
    page.value("document.getElementById('chart-rate').focus()")
    page.key("ArrowRight")
    assert page.value("document.getElementById('readout').textContent").startswith("1 second ago: ")
    opened(page, endpoint, "#settings")
    page.until("document.querySelector('#rate-form input').value === '1'")
    page.value(
        "(document.querySelector('#rate-form input').value = 7, document.getElementById('rate-form').requestSubmit())"
    )
    page.until("document.querySelector('#rate-form output').textContent.startsWith('Set at')")
    assert endpoint.ask("GET", "/_seslab/rate") == {"max_send_rate_per_s": 7}
    page.value(
        "(document.querySelector('#rate-form input').value = 2e6, document.getElementById('rate-form').requestSubmit())"
    )
    assert "must be at most 1,000,000" in page.until("document.querySelector('#rate-form output.wrong')?.textContent")


FATE = "document.querySelector('.fates')?.textContent"
CHOOSE_FATE = "document.getElementById('tab-fate').click()"


@pytest.mark.parametrize("width", [390, 1440])
def test_fates_are_told_while_they_happen(page: Tab, width: int) -> None:
    """A recipient waits, then has its mail, without a click; the account's rates and standing are always in sight."""
    table = {"providers": {"p": {"share": 1, "inbox": {"constant_ms": 0}}}, "hard_bounce": 1.0}
    table["reputation"] = {"representative_volume": 10}
    page.show(width, 900)
    with served(account=account(max_send_rate_per_s=100.0), delivery=table, speed=20.0) as endpoint:
        send(endpoint.client("sesv2"), **mail(to="421+1m@fates.test", Content=content("Late", "text")))
        opened(page, endpoint, numbers=8)
        read(page, "Late")
        page.value(CHOOSE_FATE)
        assert "waiting for the next attempt at" in page.until(FATE)
        assert "delivered after 3 s" in page.until(f"{FATE}.includes('delivered') && {FATE}")
        assert "healthy" in page.value("document.getElementById('numbers').textContent")
        send(endpoint.client("sesv2"), **mail(to="you@example.org"))
        page.until("document.querySelector('#numbers').textContent.includes('Accountpaused')")
        page.value("location.hash = 'traffic'")
        said = page.until("document.getElementById('standing').textContent")
        assert said.startswith("The account is paused since ")
        assert page.value("document.getElementById('providers').rows.length") == 2
        assert page.value("document.documentElement.scrollWidth") <= width
        assert not [pair for pair in page.value(CONTRASTS) if pair[0] < 4.5]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_everything_can_be_read_and_reached(
    page: Tab, endpoint: Endpoint, width: int, height: int, scheme: str
) -> None:
    """At each size and in each scheme nothing is wider than the page, text stands out by 4.5, controls have names."""
    page.show(width, height, dark=scheme == "dark")
    for view in ("#inbox", "#traffic", "#settings"):
        opened(page, endpoint, view)
        if view == "#inbox":
            read(page, "Grüße 你好")
        page.until("document.readyState === 'complete'")
        assert page.value("document.documentElement.scrollWidth") <= width
        assert page.value(
            "[...document.querySelectorAll('main, main > section, #scroll')]"
            ".every((one) => one.scrollWidth <= one.clientWidth)"
        )
        assert not [pair for pair in page.value(CONTRASTS) if pair[0] < 4.5]
        nodes = page.ask("Accessibility.getFullAXTree")["nodes"]
        shown = [node for node in nodes if not node["ignored"] and node["role"]["value"] in NAMED]
        assert not [node for node in shown if not node.get("name", {}).get("value")]
        assert {node["role"]["value"] for node in nodes} >= {"main", "navigation", "banner"}
    page.value("0")  # so that all that has happened is told
    assert not page.told("Runtime.exceptionThrown")
    assert not [one for one in page.told("Log.entryAdded") if one["entry"]["level"] == "error"]
