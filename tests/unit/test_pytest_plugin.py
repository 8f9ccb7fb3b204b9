"""The fixture `ses` in pytest runs of other people."""

from __future__ import annotations

import os

import pytest

pytest_plugins = ["pytester"]

OPTIONS = ("-p", "no:seslab", "-p", "loadtests.testing.pytest_plugin", "-p", "no:locust", "-p", "no:cacheprovider")
"""By its module, so that a checkout is tested whose entry points nobody has installed."""
SENDING = """
import os, boto3, pytest

def send(recipients=1):
    boto3.client("sesv2").send_email(
        FromEmailAddress="news@example.com",
        Destination={"ToAddresses": ["you@example.org"] * recipients},
        Content={"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "Hi."}}}},
    )
"""
ALONE = (
    SENDING
    + """
@pytest.mark.ses(rate=0.001, burst=2)
def test_a_mark_limits_a_test(ses):
    send(2)
    ses.fault(refuse=1)
    with pytest.raises(Exception, match="Maximum sending rate"):
        boto3.client("ses").send_email(
            Source="a@b", Destination={"ToAddresses": ["c@d"]},
            Message={"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}},
        )
    assert ses.accepted == 2 and ses.throttled

def test_the_next_begins_anew(ses):
    assert (ses.accepted, ses.throttled, ses.messages(at_least=0)) == (0, 0, [])
    send(14)
    ses.assert_no_refusals()

@pytest.fixture
def roomy(ses):
    ses.limit(rate=1000)
    return ses

def test_a_fixture_may_stand_on_it(roomy, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    send(50)
    roomy.assert_envelope()

@pytest.mark.ses(rte=14)
def test_a_misspelt_mark(ses):
    pass

@pytest.mark.ses(rate=0)
def test_a_wrong_mark(ses):
    pass

def test_without_it_nothing_is_set():
    assert "AWS_ENDPOINT_URL_SESV2" not in os.environ
"""
)
TOGETHER = (
    SENDING
    + """
@pytest.mark.parametrize("number", range(4))
def test_alone_in_a_process(ses, number, record_property):
    send(number + 1)
    assert [len(mail.to) for mail in ses.messages()] == [number + 1]
    assert ses.accepted == number + 1
"""
)


def environment() -> dict[str, str]:
    """Without what pytest notes there of its own doings."""
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


def test_each_test_has_an_ses_of_its_own(pytester: pytest.Pytester) -> None:
    """A mark limits it, the next begins anew, a wrong mark is one line, and the environment is as it was."""
    pytester.makepyfile(ALONE)
    before = environment()
    done = pytester.runpytest_inprocess(*OPTIONS, "-p", "no:xdist")
    assert environment() == before
    done.assert_outcomes(passed=4, errors=2)
    done.stdout.fnmatch_lines(
        [
            "@pytest.mark.ses: *.limit() got an unexpected keyword argument 'rte'",
            "ses: rate = 0: must be greater than 0",
        ]
    )
    done.stdout.no_fnmatch_line("*exception*")


def test_each_process_has_an_ses_of_its_own(pytester: pytest.Pytester) -> None:
    """With pytest-xdist no test meets the mails of another process."""
    pytester.makepyfile(TOGETHER)
    pytester.runpytest_subprocess(*OPTIONS, "-n", "2").assert_outcomes(passed=4)


def test_its_mark_is_known(pytester: pytest.Pytester) -> None:
    """`--strict-markers` knows it, and `--markers` shows what it takes."""
    pytester.runpytest_inprocess(*OPTIONS, "--markers").stdout.fnmatch_lines(["@pytest.mark.ses(*, rate, burst, *"])
