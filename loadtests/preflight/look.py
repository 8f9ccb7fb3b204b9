"""Everything that is known of a domain and its account, asked in the order in which one thing leads to the next."""

from __future__ import annotations

from datetime import datetime

from loadtests.deploy.cloud import Cloud
from loadtests.preflight.facts import Facts, Sample, Traffic
from loadtests.preflight.reading.name_server import NameServer
from loadtests.preflight.reading.ses import ses_facts
from loadtests.preflight.reading.zone import dns_facts, upwards


def facts_of(
    domain: str,
    dns: NameServer,
    cloud: Cloud,
    now: datetime,
    configuration_set: str | None = None,
    sample: Sample | None = None,
    traffic: Traffic | None = None,
    every_s: float = 0.0,
) -> Facts:
    """SES is asked at most once in `every_s`.

    Raises BadInput for a domain that does not resolve, and RunFailed where DNS or SES gives no answer.
    """
    dns.refuse_unknown(domain)
    ses = ses_facts(cloud, upwards(domain), configuration_set, every_s)
    return Facts(domain, now, ses, dns_facts(domain, ses, dns), sample, traffic)
