"""Several accounts: who sends which mail is said once, and what does not fit together is refused in one line."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from scenarios.errors import BadInput
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml, load
from scenarios.traffic.slices import of_account, slices_of
from scenarios.traffic.trace_csv import read_column
from scenarios.traffic.workload import arrivals
from tests.unit.scenario_files import BATCH, loaded, written

TWO = "[accounts.us]\nmax_send_rate_per_s = 30\n[accounts.de]\nmax_send_rate_per_s = 15\n"
FLOW = "[[workload]]\nprocess = 'constant'\nduration_s = 9\nmessages_per_s = 29\n"
TO_US = f'{BATCH}account = "us"\n'
SHARES = '[split]\nby = "share"\nshares = { us = 0.25, de = 0.75 }\n'
COUNTRY = '[split]\nby = "attribute"\nattribute = "country"\n[split.accounts]\nDE = "de"\nUS = "us"\n'
OVERFLOW = '[split]\nby = "overflow"\norder = ["us", "de"]\n'
TWICE = OVERFLOW.replace('"de"', '"us"')
REGIONS = '[accounts.us]\nregion = "us-east-1"\n[accounts.de]\nregion = "eu-central-1"\n'
GLOBAL = '[pool]\nrouting = "global-endpoint"\n'


def sizes(scenario: Scenario) -> dict[str, int]:
    """How many mails each part has."""
    return {name: len(arrivals(one.workload, 1).recipients) for name, one in slices_of(scenario).items()}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{TWO}{BATCH}", "workload[0].account: is required: one of us, de; or divide the mail by [split], or send"),
        (f'{TWO}{BATCH}account = "uk"', "workload[0].account = \"uk\": unknown account 'uk', known are us"),
        (f"[account]\n{TWO}{TO_US}", "account = {}: must be left out: the tables [accounts.NAME] are the accounts"),
        (f"{TWO}{BATCH}{SHARES.replace('0.75', '0.7')}", "split.shares = { us = 0.25, de = 0.7 }: must add up to 1"),
        (f"{TWO}{BATCH}{SHARES.replace('us =', 'uk =')}", "split.shares.uk = 0.25: unknown account 'uk'"),
        (f"{TWO}{BATCH}{COUNTRY}", "workload[0].attributes: must say the country, by which [split] divides"),
        (
            f'{TWO}{BATCH}attributes = {{ country = "FR" }}\n{COUNTRY}',
            'workload[0].attributes.country = "FR": has no account in [split]: it lists DE, US',
        ),
        (TWO + BATCH + COUNTRY.replace('"us"', '["us"]'), 'split.accounts.US = ["us"]: must be a string'),
        (TWO + BATCH + COUNTRY.replace('"country"', "1"), "split.attribute = 1: must be a string"),
        (f"{TWO}{BATCH}{TWICE}", 'split.order[1] = "us": must be named once'),
        (f'{TWO}{BATCH}[pool]\naccounts = ["us"]', 'pool = { accounts = ["us"] }: needs at least two accounts'),
        (f"{TWO}{BATCH}{GLOBAL}", "accounts.us.region: is required: a global endpoint is over two Regions"),
        (
            f"{REGIONS.replace('eu-central', 'us-east')}{BATCH}{GLOBAL}",
            'accounts.de.region = "us-east-1": must differ from that of us',
        ),
        ('[accounts.us]\nregion = "Ohio"\n' + BATCH, 'region = "Ohio": must be an AWS Region such as us-east-1'),
        ('[accounts.us]\nidentity = "a b"\n' + BATCH, 'identity = "a b": must be a domain or an address'),
        (f"[accounts.default]\n{BATCH}", "accounts.default = {}: must have another name"),
        (f"[accounts.pool]\n{TWO}[pool]\n{TO_US}", "accounts.pool = {}: must have another name: pool is what those of"),
        (
            f'{BATCH}tenant = "shop"\n[tenants.shep]',
            "workload[0].tenant = \"shop\": unknown tenant 'shop'",
        ),
        (f"{TWO}{TO_US}[tenants.shop]", "tenants.shop.account: is required: there are several accounts"),
        (
            f'{TWO}{TO_US}tenant = "shop"\n[tenants.shop]\naccount = "de"',
            'workload[0].account = "us": must be de, of which shop is a tenant',
        ),
        (
            f'{TWO}{BATCH}[pool]\n[tenants.shop]\naccount = "de"',
            'tenants.shop.account = "de": must be outside',
        ),
        (
            f'{BATCH}tenant = "shop"\n[tenants.shop]\n[thresholds]\nsoon = "*.tenants.shep.latency_s.p99 < 1"',
            "no tenants.shep.latency_s.p99: the tenants are shop",
        ),
        (f"{TWO}{TO_US}[[neighbour]]\nprocess = 'batch'\nmessages = 1", "neighbour[0].account: is required"),
        (
            f"{TWO}{TO_US}[[fault]]\nkind = 'outage'\nstart_s = 0\nduration_s = 1\naccount = 'uk'",
            "fault[0].account = \"uk\": unknown account 'uk'",
        ),
        (f'{BATCH}account = "us"', 'account = "us": must be "default": there is no [accounts], only [account]'),
    ],
)
def test_what_does_not_fit_together_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    """Each mistake about accounts is named with its key, its value and what would be right."""
    with pytest.raises(BadInput) as caught:
        loaded(tmp_path, text)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"{TWO}{TO_US}",
        f"{TWO}{BATCH}{SHARES}",
        f"{TWO}{BATCH}{OVERFLOW}",
        f"{TWO}{BATCH}[pool]",
        f"{REGIONS}{BATCH}{GLOBAL}",
    ],
)
def test_a_scenario_of_several_accounts_is_written_as_it_was_read(tmp_path: Path, text: str) -> None:
    """What is written loads to an equal scenario, and is picklable as any other."""
    scenario = loaded(tmp_path, text)
    again = load(str(written(tmp_path, as_toml(scenario))))
    assert again == scenario
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_all_together_allow_the_sum(tmp_path: Path) -> None:
    """The account that stands for several has their rates, quotas and bursts in sum; one named account is itself."""
    both = loaded(tmp_path, f"{TWO}{TO_US}").account
    assert (both.max_send_rate_per_s, both.max_24h_send, both.limiter.burst) == (45, 100_000, 45)
    one = loaded(tmp_path, f"[accounts.us]\nmax_send_rate_per_s = 30\n{BATCH}")
    assert one.account == one.accounts["us"]


def test_the_parts_have_all_the_mail_once(tmp_path: Path) -> None:
    """Instants and recipients of the parts, put together, are those of the whole, whatever divides it."""
    traffic = "[[workload]]\nprocess = 'poisson'\nduration_s = 20\nmessages_per_s = 40\n"
    traffic += "recipients = { values = [1, 50], weights = [9, 1] }\n"
    for division in (SHARES, OVERFLOW, "[pool]"):
        scenario = loaded(tmp_path, f"{TWO}{traffic}{division}")
        drawn = [arrivals(one.workload, 7) for one in slices_of(scenario).values()]
        whole = arrivals(scenario.workload, 7)
        order = np.argsort(np.concatenate([one.intended_s for one in drawn]), kind="stable")
        assert np.array_equal(np.concatenate([one.intended_s for one in drawn])[order], whole.intended_s)
        assert np.array_equal(np.concatenate([one.recipients for one in drawn])[order], whole.recipients)


def test_an_account_has_the_mails_that_it_has_in_the_whole(tmp_path: Path) -> None:
    """Chance is called after a workload's place in the file, so muting the others moves no mail."""
    poisson = "[[workload]]\nprocess = 'poisson'\nduration_s = 20\nmessages_per_s = 4\n"
    scenario = loaded(tmp_path, f"{TWO}{poisson}account = 'us'\n{poisson}account = 'de'\n")
    second = arrivals(of_account(scenario, "de").workload, 3)
    assert set(second.intended_s) == set(arrivals(scenario.workload, 3).intended_s) - set(
        arrivals(of_account(scenario, "us").workload, 3).intended_s
    )


def test_shares_hold_in_every_stretch(tmp_path: Path) -> None:
    """After any number of mails each account is within one mail of its share."""
    scenario = loaded(tmp_path, f"{TWO}{FLOW}{SHARES}")
    at_s = arrivals(of_account(scenario, "us").workload, 1).intended_s
    assert all(abs((at_s < mails / 29).sum() - mails / 4) <= 1 for mails in range(9 * 29))


def test_overflow_fills_the_first_account_first(tmp_path: Path) -> None:
    """What the first has room for stays there; of more each mail goes where room comes soonest, so both end alike."""
    scenario = loaded(tmp_path, f"{TWO}[[workload]]\nprocess = 'batch'\nmessages = 900\n{OVERFLOW}")
    assert sizes(scenario) == {"us": 600, "de": 300}
    trickle = loaded(tmp_path, f"{TWO}{FLOW}{OVERFLOW}")
    assert sizes(trickle) == {"us": 261, "de": 0}


def test_a_column_of_a_trace_divides_it(tmp_path: Path) -> None:
    """Each mail goes by its own row, in whatever order the rows stand; a value without an account is named."""
    (tmp_path / "t.csv").write_text("at_s,recipients,country\n9,2,DE\n1,3,US\n5,4,DE\n")
    trace = "[[workload]]\nprocess = 'trace'\npath = 't.csv'\nstart_s = 100\n"
    scenario = loaded(tmp_path, f"{TWO}{trace}{COUNTRY}")
    mails = arrivals(of_account(scenario, "de").workload, 1)
    assert (mails.intended_s.tolist(), mails.recipients.tolist()) == ([105, 109], [4, 2])
    fewer = loaded(tmp_path, f"{TWO}{trace}{COUNTRY.replace('US', 'UK')}")
    with pytest.raises(BadInput, match="country 'US' has no account in"):
        arrivals(of_account(fewer, "de").workload, 1)


def test_what_befalls_an_account_befalls_no_other(tmp_path: Path) -> None:
    """A fault that names an account is a fault of that one; one that names none is a fault of each."""
    outage = "[[fault]]\nkind = 'outage'\nstart_s = 0\nduration_s = 1\n"
    scenario = loaded(tmp_path, f"{TWO}{TO_US}{TO_US.replace('us', 'de')}{outage}{outage}account = 'de'\n")
    assert [len(one.fault) for one in slices_of(scenario).values()] == [1, 2]


def test_a_split_that_divides_nothing_is_refused(tmp_path: Path) -> None:
    """Each workload names its account, so that it would be silently left aside."""
    mail = '[[workload]]\nprocess = "batch"\nmessages = 1\naccount = "a"\n'
    split = '[split]\nby = "overflow"\norder = ["a", "b"]\n'
    with pytest.raises(BadInput, match="divides nothing"):
        loaded(tmp_path, f"[accounts.a]\n[accounts.b]\n{mail}{split}")


def test_a_traces_value_without_an_account_is_named_with_its_line(tmp_path: Path) -> None:
    """The first of its rows, in the file, whatever comes before in time."""
    trace = tmp_path / "trace.csv"
    trace.write_text("at_s,recipients,country\n5,1,DE\n2,1, FR\n1,1,US\n3,1,FR\n")
    scenario = loaded(tmp_path, f'{TWO}[[workload]]\nprocess = "trace"\npath = "trace.csv"\n{COUNTRY}')
    with pytest.raises(BadInput) as refused:
        sizes(scenario)
    assert str(refused.value) == f"{trace}:3: country 'FR' has no account in [split]: it lists DE, US"


def test_of_two_columns_of_one_name_none_divides_the_mail(tmp_path: Path) -> None:
    """Either may be meant."""
    trace = tmp_path / "t.csv"
    trace.write_text("at_s,recipients,country,country\n0,1,US,DE\n")
    with pytest.raises(BadInput, match=r"t\.csv:1: the header has 2 columns 'country'"):
        read_column(trace, "country")
