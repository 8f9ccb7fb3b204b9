"""The page of `seslab play` in a real browser: what an architect sets there, sees there and takes along."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator

import pytest

from reports.compare.table import table
from scenarios.schema.files import find
from tests.docs.examples import ROOT
from tests.unit import browser
from tests.unit.browser import Tab
from tests.unit.played import JSON, Played, played, question
from tests.unit.test_endpoint_page import CONTRASTS, NAMED

pytestmark = [
    pytest.mark.xdist_group("play"),
    pytest.mark.skipif(browser.found() is None, reason="no Chromium is installed"),
]
RATE = "account.max_send_rate_per_s"
SAID, WRONG, TOML, PINNED = (
    f"document.getElementById('{name}').textContent" for name in ("said", "wrong", "toml", "pinned-inside")
)
DROP = """(() => {{
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([{text}], {name}));
  dispatchEvent(new DragEvent("drop", {{dataTransfer, cancelable: true}}));
}})()"""
HUGE = "2000000"


@pytest.fixture(scope="module")
def server() -> Iterator[Played]:
    """One for all tests."""
    with played("broadcast-900", "-s", "heartbeat", "-s", "leaky-bucket") as running:
        yield running


@pytest.fixture(scope="module")
def window() -> Iterator[Tab]:
    """One browser for all tests."""
    with browser.tab() as tab:
        tab.show(1440, 900)
        yield tab


@pytest.fixture
def page(window: Tab, server: Played) -> Iterator[Tab]:
    """The page as it begins; in the end it has logged nothing, and asked nobody else."""
    window.visit(server.url)
    settle(window)
    yield window
    assert window.troubles() == []
    assert {address.rpartition("?")[0] or address for address in window.requests()} <= {
        server.url,
        f"{server.url}compare",
        f"{server.url}files",
    }


def settle(tab: Tab) -> None:
    """Wait for the answer to all that has been set."""
    tab.until("!document.body.hasAttribute('aria-busy')")


def control(path: str) -> str:
    """The control of a key."""
    return f"""document.querySelector('[data-path="{path}"]')"""


def type_in(tab: Tab, path: str, value: str) -> None:
    """What typing into a control and leaving it does."""
    tab.value(
        f"(one => {{ one.value = {json.dumps(value)};"
        "for (const kind of ['input', 'change']) one.dispatchEvent(new Event(kind, {bubbles: true})); })"
        f"({control(path)})"
    )


def enter(tab: Tab, path: str, value: str) -> None:
    """The same, and the answer to that."""
    type_in(tab, path, value)
    settle(tab)


def press(tab: Tab, button: str) -> None:
    """A button, and the answer that follows."""
    tab.value(f"document.querySelector('{button}').click()")
    settle(tab)


def drop(tab: Tab, name: str, text: str) -> None:
    """A file on the page, and the answer that follows."""
    tab.value(DROP.format(name=json.dumps(name), text=json.dumps(text)))
    settle(tab)


def ranked(tab: Tab) -> list[list[str]]:
    """The cells of the ranking."""
    rows: list[list[str]] = tab.value(
        "[...document.querySelectorAll('#ranking tbody tr:not(.said)')].map(row => [...row.children]"
        ".map(cell => cell.textContent.trim()))"
    )
    return rows


def test_what_is_set_is_what_is_seen(page: Tab, server: Played) -> None:
    """A changed rate changes the sentence, the table and the charts to those of the file to take along."""
    enter(page, RATE, "60")
    scenario = tomllib.loads(page.value(TOML))
    assert scenario["account"]["max_send_rate_per_s"] == 60
    now = {"name": "broadcast-900", "contenders": ["heartbeat", "leaky-bucket"], "scenario": scenario}
    told = server.compare(now)
    assert page.value(SAID) == told["answer"]
    assert ranked(page) == [[cell.strip() for cell in row] for row in table(told["document"]).rows]
    assert page.value("document.querySelectorAll('.drawing > svg').length") == 2 + 3
    assert page.value("document.querySelector('.command').textContent").endswith(".toml -s heartbeat -s leaky-bucket")


def test_what_is_done_is_asked_at_once(page: Tab) -> None:
    """A control that is left does not wait for more to be typed into it."""
    page.value("window.setTimeout = (act, ms) => { return ms ? 1 : queueMicrotask(act) || 1; }")
    began = page.value(SAID)
    enter(page, RATE, "47")
    assert page.value(SAID) != began


def test_the_browsers_way_back_undoes(page: Tab) -> None:
    """Each change is one step of the history, a drag of a slider too; the way forward does it again."""
    began, steps = page.value(SAID), page.value("history.length")
    page.value(f"{control(RATE + '~')}.focus()")
    for _ in range(40):
        page.key("ArrowRight")
    settle(page)
    moved, rate = page.value(SAID), page.value(f"{control(RATE)}.value")
    enter(page, "workload[0].messages", "1800")
    page.until(f"history.length === {steps + 2}")
    page.value("history.back()")
    page.until(f"{SAID} === {json.dumps(moved)}")
    assert page.value(f"{control(RATE)}.value") == rate
    page.value("history.back()")
    page.until(f"{SAID} === {json.dumps(began)}")
    page.value("history.go(2)")
    page.until(f"{control('workload[0].messages')}.value === '1800'")


def test_an_address_holds_all_that_is_set(page: Tab, server: Played) -> None:
    """Opened elsewhere it shows the same, the pinned result and the trace included; no server is told of it."""
    drop(page, "sent.csv", "at_s,recipients\n0,1\n0.5,30\n2,7\n")
    press(page, "#pin")
    enter(page, "account.limiter.burst", "5")
    seen = [page.value(of) for of in (SAID, PINNED, TOML, "location.href")]
    assert "account.limiter.burst: 30 → 5" in seen[1]
    page.visit(seen[3])
    settle(page)
    assert [page.value(of) for of in (SAID, PINNED, TOML, "location.href")] == seen
    assert page.requests()[0].startswith(server.url)
    assert page.value("document.querySelector('#ranking .notes').textContent").startswith("38 recipients")


def test_what_is_wrong_is_one_line(page: Tab) -> None:
    """The command's own, until it is right again; an address of nonsense is said to be one."""
    began = page.value(SAID)
    enter(page, RATE, "-1")
    assert page.value(WRONG) == f"broadcast-900.toml: {RATE} = -1: must be greater than 0"
    enter(page, RATE, "30")
    assert (page.value(WRONG), page.value(SAID)) == ("", began)
    page.value("location.hash = '#nonsense'")
    page.until(WRONG)


def test_contenders_are_chosen_and_made(page: Tab) -> None:
    """One of another setting joins under its name, and one that is switched off is gone; one there must be."""
    press(page, '[data-path="contender leaky-bucket"]')
    press(page, '[data-path="contender heartbeat"]')
    assert page.value(WRONG) == "Choose at least one contender."
    press(page, '[data-path="contender heartbeat"]')
    page.value("document.querySelectorAll('#knobs details').forEach(one => { one.open = true; })")
    page.value(f"{control('variants+')}.value = 'half'")
    page.value(f"{control('variants+')}.parentNode.querySelector('select').value = 'heartbeat'")
    page.value(f"{control('variants+')}.parentNode.querySelector('button').click()")
    settle(page)
    enter(page, "variants.half.fill", "0.5")
    assert [row[1] for row in ranked(page)] == ["heartbeat", "half"]
    assert tomllib.loads(page.value(TOML))["variants"] == {"half": {"strategy": "heartbeat", "fill": 0.5}}


def test_faults_are_added_and_taken_away(page: Tab) -> None:
    """A new one begins with what it must have, and another kind keeps what both have."""
    adding = "document.querySelector('[data-group=Faults] .adding {}')"
    page.value(f"{adding.format('select')}.value = 'outage'")
    press(page, "[data-group=Faults] .adding button")
    enter(page, "fault[0].duration_s", "7")
    kind = control("fault[0].kind")
    page.value(f"{kind}.value = 'slow'")
    page.value(f"{kind}.dispatchEvent(new Event('change', {{bubbles: true}}))")
    settle(page)
    [fault] = tomllib.loads(page.value(TOML))["fault"]
    assert (fault["kind"], fault["duration_s"]) == ("slow", 7)
    press(page, "[data-group=Faults] .remove")
    assert "fault" not in tomllib.loads(page.value(TOML))


def test_mailbox_providers_are_shared_out(page: Tab) -> None:
    """Once [delivery] is switched on, the next provider gets what the others left, and may have any key."""
    page.value(f"{control('delivery')}.click()")
    settle(page)
    for name in ("gmail", "corporate"):
        page.value(f"{control('delivery.providers+')}.value = '{name}'")
        page.value(f"{control('delivery.providers+')}.parentElement.querySelector('button').click()")
        settle(page)
        if name == "gmail":
            enter(page, "delivery.providers.gmail", "0.75")
    assert tomllib.loads(page.value(TOML))["delivery"]["providers"] == {"gmail": 0.75, "corporate": 0.25}
    page.value(
        f"{control('delivery.providers.gmail')}.closest('fieldset').querySelector('button:not(.remove)').click()"
    )
    settle(page)
    enter(page, "delivery.providers.gmail.per_hour", "100")
    assert tomllib.loads(page.value(TOML))["delivery"]["providers"]["gmail"] == {"share": 0.75, "per_hour": 100}
    assert page.value("document.querySelector('#inboxes-inside .sheet tbody th').textContent") == "gmail"
    assert page.value("!!document.querySelector('[data-chart=delivered] svg')")


SEVERAL = """
[accounts.us]
max_send_rate_per_s = 30
[accounts.de]
max_send_rate_per_s = 15
[[workload]]
process = "batch"
messages = 30
account = "de"
"""


def test_each_of_several_accounts_is_set_by_itself(page: Tab) -> None:
    """Its rate has a slider of its own, there is no table of a single account, and another account can be added."""
    drop(page, "countries.toml", SEVERAL)
    assert page.value(f"{control(RATE)} === null")
    enter(page, "accounts.de.max_send_rate_per_s", "60")
    assert page.value(f"{control('accounts.de.max_send_rate_per_s~')}.type") == "range"
    type_in(page, "accounts+", "br")
    page.value(f"{control('accounts+')}.parentElement.querySelector('button').click()")
    settle(page)
    rates = {"us": 30, "de": 60, "br": None}
    accounts = tomllib.loads(page.value(TOML))["accounts"]
    assert {name: one.get("max_send_rate_per_s") for name, one in accounts.items()} == rates
    assert "3 limits that add up to 104 a second" in page.value("document.querySelector('#about').textContent")
    rows = "[...document.querySelectorAll('#accounts-inside > * tbody th')].map((one) => one.textContent).slice(0, 3)"
    assert page.value(rows) == [*rates]


def test_files_are_dropped(page: Tab) -> None:
    """Events are replayed, a scenario is opened, and what is neither is said in one line."""
    drop(page, "events.jsonl", (ROOT / "docs" / "examples" / "events.jsonl").read_text())
    assert tomllib.loads(page.value(TOML))["workload"] == [{"process": "trace", "path": "events.csv"}]
    drop(page, "mine.toml", (find("sandbox")).read_text())
    assert page.value("document.querySelector('h1').textContent") == "sandbox"
    page.value(DROP.format(name='"notes.txt"', text='"hello"'))
    page.until(WRONG)
    assert page.value(WRONG) == "notes.txt:1: the header needs one column 'at_s': at_s,recipients"


def test_a_hostile_name_is_a_name(page: Tab) -> None:
    """What a file calls its parts makes no element, and loads nothing."""
    hostile = json.dumps("<img src=x onerror='document.title = 1'></script><b>")
    workload = '[[workload]]\nprocess = "batch"\nmessages = 9\n'
    drop(page, "a<b>.toml", f"name = {hostile}\n{workload}[thresholds]\n{hostile} = '*.recipients.lost == 0'\n")
    assert page.value("document.querySelector('h1').textContent").startswith("<img")
    assert page.value("document.querySelectorAll('#told img, #knobs img, b b').length") == 0
    drop(page, "b.toml", f"{workload}[{hostile}]\n")
    assert "unknown key '<img" in page.value(WRONG)


def test_a_long_run_can_be_cancelled(page: Tab) -> None:
    """It shows how far it is, and leaves the page to the next question."""
    type_in(page, "workload[0].messages", HUGE)
    page.until("!document.getElementById('running').hidden")
    press(page, "#cancel")
    assert page.value(WRONG).startswith("Cancelled.")
    enter(page, "workload[0].messages", "90")
    assert page.value(WRONG) == ""


def test_a_wide_table_leads_to_all_its_columns(page: Tab) -> None:
    """What is out of sight to either side is named above the table, a press goes there, and rows keep their names."""
    page.show(1000, 800)
    left, right = (f"document.querySelector('#ranking .beyond button:{which}-child')" for which in ("first", "last"))
    heads = "[...document.querySelectorAll('#ranking thead th')].map(one => one.firstChild.textContent)"
    names = page.value(heads)
    page.until(f"{right}.textContent.endsWith('more →')")
    assert page.value(f"getComputedStyle({left}).visibility") == "hidden"
    assert page.value(f"{right}.textContent").split(", ")[0] in names[2:]
    while page.value(f"getComputedStyle({right}).visibility") == "visible":
        seen = page.value(f"{right}.textContent")
        page.value(f"{right}.click()")
        page.until(f"{right}.textContent !== {json.dumps(seen)}")
    assert page.value(f"{left}.textContent").startswith(f"← {names[0]}, {names[2]}")
    assert page.value(
        """(box => [...box.querySelectorAll('thead th:last-child, tbody th')].every(one =>
            one.getBoundingClientRect().left >= box.getBoundingClientRect().left
            && one.getBoundingClientRect().right <= box.getBoundingClientRect().right + 1))
        (document.querySelector('#ranking .scroll'))"""
    )
    page.show(1440, 900)
    page.until("document.querySelector('#ranking .beyond').hidden")


def test_a_page_that_waits_says_so(page: Tab, server: Played) -> None:
    """While the question of another page is answered it is told why nothing moves; then it has its own answer."""
    body = json.dumps({"now": question({"process": "batch", "messages": int(HUGE)}, "heartbeat")}).encode()
    with server.begun("POST", "/compare", body, JSON) as other:
        assert other.readline()
        type_in(page, RATE, "45")
        page.until("!document.getElementById('running').hidden && document.getElementById('share').textContent")
        assert page.value("document.getElementById('share').textContent") == "Another page is answered first."
        assert page.value("document.querySelector('#progress:indeterminate') !== null")
    settle(page)
    assert (page.value(WRONG), tomllib.loads(page.value(TOML))["account"]["max_send_rate_per_s"]) == ("", 45)


@pytest.mark.parametrize(("width", "height", "dark"), [(390, 844, True), (1440, 900, False)])
def test_it_is_for_everybody(window: Tab, server: Played, width: int, height: int, dark: bool) -> None:
    """Nothing is wider than the window, all words can be read on their ground, and every control has a name."""
    window.show(width, height, dark=dark)
    window.visit(server.url)
    settle(window)
    window.value("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert window.value("document.documentElement.scrollWidth <= innerWidth")
    assert not [one for one in window.value(CONTRASTS) if one[0] < 4.5]
    nodes = window.ask("Accessibility.getFullAXTree")["nodes"]
    controls = [one for one in nodes if one.get("role", {}).get("value") in {*NAMED, "slider"}]
    assert len(controls) > 100
    assert not [one for one in controls if not one["name"]["value"]]
    window.show(1440, 900)
