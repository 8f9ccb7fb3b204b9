"""Pages of other sites in a browser on this machine: what they ask of our servers is not obeyed, nor shown to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from loadtests.local_lambda.lambda_api import Api
from scenarios.web_pages import refusal
from tests.unit.served import SENDER, Endpoint, mail, served

V2 = "/v2/email/outbound-emails"
SIMPLE = {"Content-Type": "text/plain"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
V1 = (
    f"Action=SendEmail&Source={SENDER}&Destination.ToAddresses.member.1=you%40example.org"
    "&Message.Subject.Data=seslab&Message.Body.Text.Data=mail"
)
REQUESTS = [
    ("GET", "/moto-api/data.json", {}, ""),
    ("GET", "/moto-api/", {}, ""),
    ("POST", "/moto-api/reset", SIMPLE, ""),
    ("POST", "/moto-api/seed?a=42", SIMPLE, ""),
    ("GET", "/_seslab/stats", {}, ""),
    ("GET", "/_seslab/calls", {}, ""),
    ("GET", "/_seslab/queues", {}, ""),
    ("GET", "/_seslab/metrics", {}, ""),
    ("POST", "/_seslab/start", SIMPLE, '{"zero_unix_s": 1}'),
    ("PUT", "/_seslab/rate", SIMPLE, '{"max_send_rate_per_s": 1}'),
    ("PUT", "/_seslab/faults", SIMPLE, "{}"),
    ("PUT", "/_seslab/limiter", SIMPLE, '{"burst": 1}'),
    ("GET", "/_seslab/live", {}, ""),
    ("GET", "/_seslab/messages", {}, ""),
    ("DELETE", "/_seslab/messages", {}, ""),
    ("OPTIONS", "/_seslab/faults", {"Access-Control-Request-Method": "PUT"}, ""),
    ("POST", V2, SIMPLE, json.dumps(mail())),
    ("OPTIONS", V2, {"Access-Control-Request-Method": "POST"}, ""),
    ("GET", "/v2/email/account", {}, ""),
    ("PUT", "/v2/email/account/sending", SIMPLE, '{"SendingEnabled": false}'),
    ("POST", "/", FORM, V1),
    ("GET", f"/?{V1}", {}, ""),
    ("POST", "/", FORM, "Action=ListIdentities"),
    ("POST", "/", {**SIMPLE, "X-Amz-Target": "AmazonSQS.ListQueues"}, "{}"),
]
"""Method, path, headers and body of what a page can send, most of it without asking first."""

PAGES = {
    "another origin": {"Origin": "http://evil.example"},
    "another port of this machine": {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-site"},
    "a sandboxed frame or a file": {"Origin": "null"},
    "an image or a link": {"Sec-Fetch-Site": "cross-site"},
    "a name that was led here": {"Host": "evil.example"},
    "that name, with an origin that fits": {"Host": "evil.example:5555", "Origin": "http://evil.example:5555"},
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """One in which nothing happens."""
    with served() as running:
        yield running


def ask(url: str, method: str, path: str, headers: dict[str, str], body: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    client = HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        client.request(method, path, body, headers)
        answer = client.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        client.close()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_obeyed(endpoint: Endpoint, page: str) -> None:
    """Not one of these requests, to our routes, SES's or moto's; and the browser is not told to show the answer."""
    before = endpoint.raw("GET", "/moto-api/data.json"), endpoint.ask("GET", "/_seslab/stats")["accounts"]
    for method, path, headers, body in REQUESTS:
        status, answered, sentence = ask(endpoint.url, method, path, {**headers, **PAGES[page]}, body)
        assert status == 403, (method, path)
        assert not [name for name in answered if name.startswith("access-control-")]
        assert b"web page" in sentence
    assert (endpoint.raw("GET", "/moto-api/data.json"), endpoint.ask("GET", "/_seslab/stats")["accounts"]) == before


def test_programs_and_our_own_pages_are(endpoint: Endpoint) -> None:
    """Each of them is understood without a browser's headers, and from moto's own dashboard."""
    own = {"Origin": endpoint.url, "Sec-Fetch-Site": "same-origin"}
    for page in ({}, own, {"Host": "localhost:1234"}):
        for method, path, headers, body in REQUESTS:
            _, answered, content = ask(endpoint.url, method, path, {**headers, **page}, body)
            assert b"web page" not in content, (method, path, page)
            assert not [name for name in answered if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        *((host, True) for host in ("localhost", "LOCALHOST:80", "127.0.0.1:5555", "[::1]:5555", "192.168.1.7", "")),
        *((host, True) for host in ("email.us-east-1.amazonaws.com", "host.docker.internal:5555", "b.localhost.")),
        *((host, True) for host in ("seslab", "Seslab:5555", "bucket.seslab:5555")),
        *((host, False) for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "xlocalhost")),
        *(
            (host, False)
            for host in ("evil.example@localhost", "localhost:80:80", "[evil.example]", "[", "seslab.x", "2")
        ),
    ],
)
def test_a_host_is_ours_or_not(host: str, is_ours: bool) -> None:
    """Ours are addresses, names that no page can have, and those that the user allows, with all below them."""
    assert (refusal({"host": host}, ("seslab",)) is None) == is_ours


def test_a_refusal_names_what_its_server_has() -> None:
    """The option by which a name is allowed is told by the server that has it, and by no other."""
    may_be = "any other may be that of a web page"
    assert refusal({"host": "evil.example"}) == f"Host = evil.example: must be localhost or an IP address: {may_be}"
    assert "--allow-host" in str(refusal({"host": "evil.example"}, ()))


def test_lambda_keeps_pages_out_too() -> None:
    """The API at which functions wait for work and take events obeys none."""
    accepted: list[str] = []
    with Api(lambda function, _event: accepted.append(function)) as api:
        path = "/2015-03-31/functions/sender/invocations"
        for page in PAGES.values():
            assert ask(f"http://{api.address}", "POST", path, page, "{}")[0] == 403
        assert ask(f"http://{api.address}", "POST", path, {}, "{}")[0] == 202
    assert accepted == ["sender"]
