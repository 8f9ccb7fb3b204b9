"""SES by SMTP: kept connections, encrypted and logged in as the server offers it."""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage
from queue import Empty, LifoQueue
from time import monotonic

from loadtests.load.assignment import Assignment
from loadtests.ports.local_accounts import local_account
from loadtests.ports.ses import QUOTA_MESSAGE, Envelope
from loadtests.smtp_credentials.password import smtp_password
from strategies.parts import everyone
from strategies.ports import Mail, QuotaExceeded, Rejected, SendError, Throttled, Unanswered, Unavailable

USER, PASSWORD = "SESLAB_SMTP_USER", "SESLAB_SMTP_PASSWORD"
"""Environment variables with the SMTP credentials; a local AWS takes any."""

KEPT_S = 5.0
"""That a connection waits for the next mail: SES ends one that is silent for ten seconds."""


class Smtp:
    """As many connections as mails are on their way at once; each takes the next mail when it is free."""

    def __init__(self, assignment: Assignment, envelope: Envelope) -> None:
        host, _, port = str(assignment.place.smtp).rpartition(":")
        self._at, self._timeout_s = (host.strip("[]"), int(port)), assignment.read_timeout_s
        self._context = _trusting() if assignment.place.endpoint else ssl.create_default_context()
        self._user, self._password = _credentials(assignment)
        self._envelope, self._free = envelope, LifoQueue[tuple[smtplib.SMTP, float]]()

    def send(self, call: int, mail: Mail) -> None:
        connection = self._connection()
        try:
            connection.send_message(message(call, mail, self._envelope))
        except smtplib.SMTPServerDisconnected as error:
            raise Unanswered(str(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            self._keep(connection)
            raise translated(error) from error
        self._keep(connection)

    def close(self) -> None:
        while not self._free.empty():
            self._free.get_nowait()[0].close()

    def _connection(self) -> smtplib.SMTP:
        try:
            while True:
                connection, free_since_s = self._free.get_nowait()
                if monotonic() - free_since_s < KEPT_S:
                    return connection
                connection.close()
        except Empty:
            return self._opened()

    def _opened(self) -> smtplib.SMTP:
        try:
            return self._logged_in(smtplib.SMTP(*self._at, timeout=self._timeout_s))
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(str(error)) from error

    def _logged_in(self, connection: smtplib.SMTP) -> smtplib.SMTP:
        connection.ehlo()
        if connection.has_extn("starttls"):
            connection.starttls(context=self._context)
            connection.ehlo()
        if connection.has_extn("auth"):
            connection.login(self._user, self._password)
        return connection

    def _keep(self, connection: smtplib.SMTP) -> None:
        """A server that hung up after its answer is found out by the next mail's own connection."""
        if connection.sock is not None:
            self._free.put((connection, monotonic()))


def _credentials(assignment: Assignment) -> tuple[str, str]:
    """The account's own, as SES makes the password of its secret, or those of the environment."""
    if assignment.account is None:
        return os.environ.get(USER, "seslab"), os.environ.get(PASSWORD, "seslab")
    key = local_account(assignment.account.name)
    return key.access_key_id, smtp_password(key.secret_access_key, assignment.account.region)


def _trusting() -> ssl.SSLContext:
    """A local AWS signs its own certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def message(call: int, mail: Mail, envelope: Envelope) -> EmailMessage:
    """The mail, with tags that let a witness name its recipients."""
    text = EmailMessage()
    text["From"], text["Subject"] = envelope.source, "seslab"
    text["To"] = ", ".join(envelope.address(mail.number, who) for who in everyone(mail))
    text["X-SES-MESSAGE-TAGS"] = f"call={call}, mail={mail.number}, first={mail.first}"
    if envelope.configuration_set:
        text["X-SES-CONFIGURATION-SET"] = envelope.configuration_set
    text.set_content("One mail of a load test.")
    return text


def translated(error: Exception) -> SendError:
    """What SMTP's answer means for the mail: 454 is a throttle, 4 may pass, 5 will not."""
    if not isinstance(error, smtplib.SMTPResponseException):
        return Unavailable(str(error))
    said = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
    if error.smtp_code == 454:
        return QuotaExceeded(said) if said.endswith(QUOTA_MESSAGE) else Throttled(said)
    return Rejected(said) if error.smtp_code >= 500 else Unavailable(said)
