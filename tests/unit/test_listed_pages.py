"""A list has pages of the sizes that SES's references name."""

from __future__ import annotations

import pytest

from loadtests.endpoint.control.pages import page_of, size_up_to, size_within
from loadtests.endpoint.refusals import Refused
from tests.unit.strict import NAMESPACE, ask_v1, ask_v2, begun

DOMAINS = [f"d{number}.example.org" for number in range(1_002)]


def test_a_page_of_too_many_is_refused_where_the_reference_has_a_range() -> None:
    """Elsewhere it has as many as there may be; 0 is taken where the reference takes it."""
    with begun() as ses:
        for domain in DOMAINS:
            ses.backend.create_email_identity_v2(domain, None, None, None)
            ses.backend.create_configuration_set(domain.partition(".")[0])
        assert ask_v1(ses, "ListIdentities", MaxItems=1_001)[:2] == (400, "ValidationError")
        assert ask_v2(ses, "identities", "GET", "PageSize=1001")[:2] == (400, "BadRequestException")
        assert len(ask_v2(ses, "identities", "GET", "PageSize=0")["EmailIdentities"]) == 1_000
        assert len(ask_v2(ses, "configuration-sets", "GET", "PageSize=1001")["ConfigurationSets"]) == 1_000
        assert len(list(ask_v1(ses, "ListConfigurationSets", MaxItems=1_001).iter(f"{NAMESPACE}Name"))) == 1_000


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pages_tell_everything_once(size: int) -> None:
    """In its order, and the last one leads nowhere."""
    told: list[int] = []
    token: dict[str, str] | None = {}
    while token is not None:
        page, more = page_of(range(7), token, size_within({"PageSize": size}, 100))
        assert len(page) <= size
        told += page
        token = more or None
    assert told == list(range(7))


def test_a_page_begins_behind_a_list_that_has_become_shorter() -> None:
    """Its reader has removed what it was told of."""
    _, more = page_of(range(4), {}, 2)
    assert page_of(range(1), more, 2) == ([], {})


@pytest.mark.parametrize("size", [-1, 0])
def test_a_page_of_nothing_is_refused(size: int) -> None:
    """In both ways of asking."""
    for asked in (size_within, size_up_to):
        with pytest.raises(Refused):
            asked({"PageSize": size}, 10)
