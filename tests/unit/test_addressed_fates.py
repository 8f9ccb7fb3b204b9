"""Addresses that tell what becomes of their mail: which forms they have, and what is a name like any other."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from loadtests.endpoint.publishing.addressed import FATES_AT, told_by
from scenarios.delivery.post_office import What

D, X, B, S, C, E = (
    What.DEFERRED,
    What.EXPIRED,
    What.BOUNCED,
    What.SUPPRESSED,
    What.COMPLAINED,
    What.DELIVERED,
)
PATIENCE_S = 3600.0
FORMS = {
    "421+900s": [(900, D), (900, E)],
    "450+5m": [(300, D), (300, E)],
    "421+500ms": [(0.5, D), (0.5, E)],
    "421": [(3600, X)],
    "421+2h": [(3600, X)],
    "delay+60s": [(60, D), (60, E)],
    "550": [(0, B)],
    "bounce": [(0, B)],
    "bounce+general": [(0, B)],
    "bounce+suppressed": [(0, B)],
    "bounce+full": [(3600, X)],
    "complaint": [(0, E), (0, C)],
    "complaint+1m": [(0, E), (60, C)],
    "suppressed": [(0, S)],
    "success": [(0, E)],
}
NO_FORMS = ("", "421+", "421+s", "421 +1s", "321", "4211", "550+1s", "bounce+1s", "delay", "bounced", "x+421", "421+1d")


@pytest.mark.parametrize("form", FORMS)
def test_an_address_tells_its_fate_where_that_is_agreed(form: str) -> None:
    """In whatever letters, with whatever name; at any other domain it is an address like all."""
    for address in (f"{form}@{FATES_AT}", f"Me <{form.upper()}@{FATES_AT.upper()}>"):
        told = told_by(address, (FATES_AT,), PATIENCE_S)
        assert told is not None
        assert list(told.happens) == FORMS[form]
    assert told_by(f"{form}@example.com", (FATES_AT,), PATIENCE_S) is None
    assert told_by(f"{form}@example.com", ("*",), PATIENCE_S) is not None


@given(st.sampled_from(NO_FORMS) | st.text(max_size=20).filter(lambda text: text.lower() not in FORMS))
def test_only_a_whole_local_part_counts(local: str) -> None:
    """Whatever else stands there is a name, and nothing that stands there is an error; no fate is beyond patience."""
    told = told_by(f"{local}@{FATES_AT}", (FATES_AT,), PATIENCE_S)
    assert told is None or (local not in NO_FORMS and max(after_s for after_s, _ in told.happens) <= PATIENCE_S)
