"""Runs moto's own SES and SQS tests in server mode, against plain moto and against the local AWS, and compares.

`python tests/moto_suite.py` fetches the source of the installed moto, which has the tests, into a temporary folder; an
environment of its own there has what they need besides. Port 5000, which moto's tests name, must be free. Exit code 1
if a test has another outcome here than with moto and is not in `KNOWN`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from loadtests.endpoint.application import local_aws
from loadtests.endpoint.web.listening import listen
from scenarios.schema.model import Scenario

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST, PORT = "127.0.0.1", 5000
SUITES = ("tests/test_sqs", "tests/test_ses", "tests/test_sesv2")
RELEASE = f"moto[cloudformation]=={version('moto')}"

UNVERIFIED = "An unverified sender is refused in SES's own words, with the identities and the region."
NO_DOMAIN = "An address without a domain is refused in SES's own words."
NO_TOPIC = "An SNS topic that is not there is refused, as AWS refuses it."
NO_SET = "A configuration set that is not there is refused, as AWS refuses it."
SETS = "A value that is in no set is refused before anything else, and in the order of the service's model."
FEEDBACK = "Only SES's simulator addresses bounce or complain, notifications are JSON about the mail, and come later."

NO_LISTED_TOPIC = "A topic that the contact list does not have is refused, as AWS refuses it."
NO_POOL = "A pool of IP addresses that is not there is refused, as the SES API v2 reference says."

ATTRIBUTE = "A queue's attribute that is unknown, or whose value is none, is refused, as the SQS API reference says."
RECEIPT = "A receipt that cannot be read is told in AWS's words, as LocalStack has recorded them."
NO_ATTRIBUTE = "FifoQueue is no attribute of a standard queue, as AWS says in answers that LocalStack has recorded."

KNOWN = {
    "tests.test_sqs.test_sqs.test_create_queue_with_different_attributes_fail": NO_ATTRIBUTE,
    "tests.test_sqs.test_sqs.test_create_fifo_queue_with_dlq": NO_ATTRIBUTE,
    "tests.test_sqs.test_sqs.test_message_retention_period": ATTRIBUTE,
    "tests.test_sqs.test_sqs.test_message_becomes_inflight_when_received": ATTRIBUTE,
    "tests.test_sqs.test_sqs.test_receive_message_with_explicit_visibility_timeout": ATTRIBUTE,
    "tests.test_sqs.test_sqs.test_change_message_visibility": ATTRIBUTE,
    "tests.test_sqs.test_sqs.test_queue_length": ATTRIBUTE,
    "tests.test_sqs.test_sqs.test_delete_batch_operation": ATTRIBUTE,
    "tests.test_sqs.test_sqs.test_delete_message_after_visibility_timeout": ATTRIBUTE,
    "tests.test_sqs.test_sqs.test_change_message_visibility_on_unknown_receipt_handle": RECEIPT,
    "tests.test_sqs.test_sqs.test_delete_message_errors": RECEIPT,
    "tests.test_sqs.test_sqs.test_send_messages_to_fifo_without_message_group_id": (
        "In a batch a missing group is an InvalidParameterValue, as AWS says in answers that LocalStack has recorded."
    ),
    "tests.test_sqs.test_sqs.test_message_delay_is_more_than_15_minutes": (
        "A standard queue takes no MessageDeduplicationId: the request has a parameter that is not for its type."
    ),
    "tests.test_sqs.test_sqs.test_delete_message_using_old_receipt_handle": (
        "Only the latest receipt handle of a message deletes it, as the SQS API reference says."
    ),
    "tests.test_ses.test_ses.test_send_unverified_email_with_chevrons": UNVERIFIED,
    "tests.test_ses.test_ses.test_send_bulk_templated_email": (
        f"{UNVERIFIED} Recipients are limited for each destination of a bulk call, not for all together."
    ),
    "tests.test_ses.test_ses.test_get_send_statistics": UNVERIFIED,
    "tests.test_ses.test_ses.test_send_email_invalid_address": NO_DOMAIN,
    "tests.test_ses.test_ses.test_send_templated_email_invalid_address": NO_DOMAIN,
    "tests.test_ses.test_ses.test_send_raw_email_invalid_address": NO_DOMAIN,
    "tests.test_ses.test_ses.test_create_receipt_rule_invalid_action[non_existent_iam_role]": (
        "A role that is no ARN is refused by the pattern of the service's model."
    ),
    "tests.test_ses.test_ses.test_create_configuration_set": NO_TOPIC,
    "tests.test_ses.test_ses.test_describe_configuration_set": NO_TOPIC,
    "tests.test_ses.test_ses.test_list_verified_identities": SETS,
    "tests.test_ses.test_ses.test_set_identity_mail_from_domain": SETS,
    "tests.test_ses.test_ses.test_list_configuration_sets_pagination": (
        "A page has up to 1,000 configuration sets, as the API reference says."
    ),
    "tests.test_ses.test_ses_sns.test_enable_disable_ses_sns_communication": (
        "Neither its identity nor its topic is there, which AWS refuses."
    ),
    "tests.test_ses.test_ses_sns.test_set_identity_feedback_forwarding_enabled": (
        "An identity without topics for bounces and complaints keeps its forwarding, as the API reference says."
    ),
    "tests.test_ses.test_ses_sns.test_get_identity_notification_attributes_default_values": (
        "AWS leaves identities out that are not there."
    ),
    "tests.test_sesv2.test_sesv2.test_update_contact": NO_LISTED_TOPIC,
    "tests.test_sesv2.test_sesv2.test_update_contact__only_updates_provided_fields": NO_LISTED_TOPIC,
    "tests.test_sesv2.test_sesv2.test_update_contact__replaces_topic_preferences": NO_LISTED_TOPIC,
    "tests.test_sesv2.test_sesv2.test_create_configuration_set": NO_POOL,
    "tests.test_sesv2.test_sesv2.test_get_configuration_set": NO_POOL,
    "tests.test_sesv2.test_sesv2.test_list_configuration_sets": NO_POOL,
    "tests.test_sesv2.test_sesv2.test_delete_configuration_set": NO_POOL,
    "tests.test_sesv2.test_sesv2.test_delete_no_email_identity": "AWS refuses to delete an identity that is not there.",
    "tests.test_sesv2.test_sesv2.test_delete_email_identity_policy": "AWS deletes no policy that is not there.",
    "tests.test_sesv2.test_sesv2.test_update_email_identity_policy": "AWS changes no policy that is not there.",
    "tests.test_sesv2.test_sesv2.test_get_email_identity_w_dkim": NO_SET,
    "tests.test_ses.test_ses_sns.test_sns_feedback_bounce": FEEDBACK,
    "tests.test_ses.test_ses_sns.test_sns_feedback_complaint": FEEDBACK,
    "tests.test_ses.test_ses_sns.test_sns_feedback_delivery": FEEDBACK,
    "tests.test_ses.test_ses_sns.test_sns_feedback_delivery_raw_email": FEEDBACK,
    "tests.test_sesv2.test_sesv2.test_send_raw_email": (
        "Where a request lists recipients, the headers of its MIME text do not add others; moto counts both."
    ),
    "tests.test_sesv2.test_sesv2.test_send_raw_email__with_specific_message": (
        "Its MIME text has two subjects, which SES refuses."
    ),
    "tests.test_sesv2.test_sesv2.test_get_email_identity": (
        "A new domain signs with Easy DKIM from the first, as moto's own v1 says."
    ),
}
"""Tests of moto's that have another outcome here, and why they should."""


def compare() -> int:
    """The exit code, and on standard output every test whose outcome differs."""
    with TemporaryDirectory() as folder:
        source, python = _moto_source(Path(folder)), _environment(Path(folder))
        outcomes = {kind: _outcomes(kind, source, python) for kind in APPLICATIONS}
    differing = [test for test, outcome in outcomes["moto"].items() if outcomes["seslab"].get(test) != outcome]
    for test in differing:
        print(f"{test}: {outcomes['moto'][test]} with moto, {outcomes['seslab'].get(test)} here")
        print(f"    {KNOWN.get(test, 'why?')}")
    for test in sorted(KNOWN.keys() - set(differing)):
        print(f"{test}: known to differ, and does not")
    print(
        f"{len(outcomes['moto'])} tests, {len(differing)} differ, {len(set(differing) - KNOWN.keys())} without a reason"
    )
    return int(set(differing) != KNOWN.keys())


def _moto_source(folder: Path) -> Path:
    source = ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", f"moto=={version('moto')}"]
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "-d", folder, *source], check=True)
    (archive,) = folder.glob("moto-*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def _environment(folder: Path) -> Path:
    """A Python that has all that ours has, and what moto's tests need besides."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    (there,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (there / "ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n{Path(__file__).parents[1]}\n")
    subprocess.run([python, "-m", "pip", "install", "-q", "freezegun", RELEASE], check=True)
    return python


@contextmanager
def _serving(kind: str, python: Path) -> Iterator[None]:
    """A server of one kind, which listens by now."""
    with open(os.devnull, "w") as nowhere:  # moto writes of every error that a test provokes
        server = subprocess.Popen([python, __file__, kind], stdout=subprocess.PIPE, stderr=nowhere)
    assert server.stdout is not None
    try:
        if not server.stdout.readline():
            raise SystemExit(f"The server of {kind} does not start; `{sys.executable} {__file__} {kind}` tells why.")
        yield
    finally:
        server.terminate()
        server.communicate()


def _outcomes(kind: str, source: Path, python: Path) -> dict[str, str]:
    """What became of each test, by its name."""
    report = source.parent / f"{kind}.xml"
    account = {"AWS_ACCESS_KEY_ID": "moto", "AWS_SECRET_ACCESS_KEY": "moto", "AWS_DEFAULT_REGION": "us-east-1"}
    options = ["-q", "-c", os.devnull, f"--rootdir={source}", f"--junitxml={report}"]
    with _serving(kind, python), open(os.devnull, "w") as nowhere:
        environment = os.environ | account | {"TEST_SERVER_MODE": "true"}
        subprocess.run(
            [python, "-m", "pytest", *options, *SUITES],
            cwd=source,
            env=environment,
            stdout=nowhere,
            stderr=nowhere,
            check=False,
        )
    return dict(map(_outcome, ElementTree.parse(report).iter("testcase")))


def _outcome(case: ElementTree.Element) -> tuple[str, str]:
    wrong = [kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None]
    return f"{case.attrib['classname']}.{case.attrib['name']}", wrong[0] if wrong else "passed"


def serve(kind: str) -> None:
    """Serve plain moto, or the local AWS without limits and latency, and say so once it listens."""
    server = listen(APPLICATIONS[kind](), HOST, PORT, 20)
    print("listening", flush=True)
    sys.stdout = sys.stderr  # moto prints now and then; nobody reads the pipe any more
    server.serve()


def _moto() -> WSGIApplication:
    return DomainDispatcherApplication(create_backend_app)


def _local_aws() -> WSGIApplication:
    tables = {
        "name": "moto",
        "account": {"max_send_rate_per_s": 1e5, "max_24h_send": -1},
        "workload": ({"process": "batch", "messages": 1},),
        "latency": {kind: {"constant_ms": 0} for kind in ("ses_send", "ses_throttle", "sqs")},
        "sqs": {"short_poll_share": 1.0},
    }
    return local_aws(Scenario.model_validate(tables), 1)[0]


APPLICATIONS = {"moto": _moto, "seslab": _local_aws}

if __name__ == "__main__":
    if sys.argv[1:]:
        serve(sys.argv[1])
    else:
        sys.exit(compare())
