"""What SES says when it does not take a mail, as each of its interfaces says it."""

from __future__ import annotations

import errno
from typing import NamedTuple

from scenarios.ledger.ledger import FAILED, MESSAGES, PAUSED, QUOTA, REJECTED, THROTTLED


class Refused(Exception):
    """SES has not taken a mail; `outcome` is an index into `scenarios.ledger.ledger.OUTCOMES`, `code` is SES v1's.

    The codes of v1 tell more than those of v2, which `WIRE` has beside them.
    """

    def __init__(self, outcome: int, code: str, text: str) -> None:
        super().__init__(outcome, code, text)
        self.outcome, self.code, self.text = outcome, code, text


class Dropped(ConnectionResetError):
    """The caller never hears of what became of its call: its connection is closed without an answer.

    On such an error the server closes the connection, and says nothing.
    """

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "dropped")


class Wire(NamedTuple):
    """An error as v2 and the bulk calls say it."""

    status: str
    code: str
    bulk_v2: str
    bulk_v1: str


MOST_CHARACTERS = 10_000  # of a refusal's words: a mail may be one line of 40 MB

BAD, FORBIDDEN, MISSING = "400 Bad Request", "403 Forbidden", "404 Not Found"
TOO_MANY, UNAVAILABLE = "429 Too Many Requests", "503 Service Unavailable"

WIRE = {
    "Throttling": Wire(TOO_MANY, "TooManyRequestsException", "ACCOUNT_THROTTLED", "AccountThrottled"),
    "MessageRejected": Wire(BAD, "MessageRejected", "MESSAGE_REJECTED", "MessageRejected"),
    "InvalidParameterValue": Wire(BAD, "BadRequestException", "INVALID_PARAMETER", "InvalidParameterValue"),
    "ConfigurationSetDoesNotExist": Wire(
        MISSING, "NotFoundException", "CONFIGURATION_SET_NOT_FOUND", "ConfigurationSetDoesNotExist"
    ),
    "TemplateDoesNotExist": Wire(MISSING, "NotFoundException", "TEMPLATE_NOT_FOUND", "TemplateDoesNotExist"),
    "AccountSendingPausedException": Wire(
        BAD, "SendingPausedException", "ACCOUNT_SENDING_PAUSED", "AccountSendingPaused"
    ),
    "ConfigurationSetSendingPausedException": Wire(
        BAD, "SendingPausedException", "CONFIGURATION_SET_SENDING_PAUSED", "ConfigurationSetSendingPaused"
    ),
    "InvalidSNSDestination": Wire(BAD, "BadRequestException", "FAILED", "Failed"),
    "InvalidFirehoseDestination": Wire(BAD, "BadRequestException", "FAILED", "Failed"),
    "TenantSendingPausedException": Wire(BAD, "SendingPausedException", "FAILED", "Failed"),
    "AccessDenied": Wire(FORBIDDEN, "AccessDeniedException", "FAILED", "Failed"),
    "NotFoundException": Wire(MISSING, "NotFoundException", "FAILED", "Failed"),
    "CustomVerificationEmailTemplateAlreadyExists": Wire(BAD, "AlreadyExistsException", "FAILED", "Failed"),
    "CustomVerificationEmailTemplateDoesNotExist": Wire(MISSING, "NotFoundException", "FAILED", "Failed"),
    "CustomVerificationEmailInvalidContent": Wire(BAD, "BadRequestException", "FAILED", "Failed"),
    "FromEmailAddressNotVerified": Wire(MISSING, "NotFoundException", "FAILED", "Failed"),
    "ProductionAccessNotGranted": Wire(BAD, "BadRequestException", "FAILED", "Failed"),
    "InvalidNextTokenException": Wire(BAD, "InvalidNextTokenException", "FAILED", "Failed"),
    "InvalidTemplate": Wire(BAD, "BadRequestException", "FAILED", "Failed"),
    "InvalidRenderingParameter": Wire(BAD, "BadRequestException", "FAILED", "Failed"),
    "MissingRenderingAttribute": Wire(BAD, "BadRequestException", "FAILED", "Failed"),
    "AlreadyExists": Wire(BAD, "AlreadyExistsException", "FAILED", "Failed"),
    "LimitExceeded": Wire(BAD, "LimitExceededException", "FAILED", "Failed"),
    "AlreadyExistsException": Wire(BAD, "AlreadyExistsException", "FAILED", "Failed"),
    "ServiceUnavailable": Wire(UNAVAILABLE, "ServiceUnavailableException", "TRANSIENT_FAILURE", "TransientFailure"),
    "MalformedInput": Wire(BAD, "SerializationException", "FAILED", "Failed"),
    "ValidationError": Wire(BAD, "BadRequestException", "INVALID_PARAMETER", "InvalidParameterValue"),
    "MissingAction": Wire(BAD, "BadRequestException", "FAILED", "Failed"),
    "InvalidAction": Wire(MISSING, "UnknownOperationException", "FAILED", "Failed"),
    "MissingAuthenticationToken": Wire(FORBIDDEN, "MissingAuthenticationTokenException", "FAILED", "Failed"),
    "InvalidClientTokenId": Wire(FORBIDDEN, "UnrecognizedClientException", "FAILED", "Failed"),
    "IncompleteSignature": Wire(BAD, "IncompleteSignatureException", "FAILED", "Failed"),
    "SignatureDoesNotMatch": Wire(FORBIDDEN, "InvalidSignatureException", "FAILED", "Failed"),
}
"""By v1's code. The daily quota has the same code as the rate, save in bulk calls."""

DAILY_V2, DAILY_V1 = "ACCOUNT_DAILY_QUOTA_EXCEEDED", "AccountDailyQuotaExceeded"

PAUSE, TENANT_PAUSE = "AccountSendingPausedException", "TenantSendingPausedException"
_CODES = {
    THROTTLED: "Throttling",
    QUOTA: "Throttling",
    REJECTED: "MessageRejected",
    FAILED: "ServiceUnavailable",
    PAUSED: PAUSE,
}


def refusal(outcome: int) -> Refused:
    """How SES puts an outcome that the admission decided."""
    return Refused(outcome, _CODES[outcome], MESSAGES[outcome])


def tenant_paused(name: str) -> Refused:
    """AWS has paused one of the account's tenants."""
    return Refused(PAUSED, TENANT_PAUSE, f"Sending is disabled for the tenant <{name}>.")


def rejected(text: str) -> Refused:
    """The mail is not one that SES sends."""
    return Refused(REJECTED, "MessageRejected", text)


def invalid(text: str) -> Refused:
    """The request itself is wrong; of words that repeat what it says, so many are enough."""
    return Refused(REJECTED, "InvalidParameterValue", text[:MOST_CHARACTERS])


def malformed(text: str) -> Refused:
    """The request cannot even be read."""
    return Refused(REJECTED, "MalformedInput", text)


def bulk_v2(refused: Refused) -> str:
    """The status of one entry of SendBulkEmail."""
    return DAILY_V2 if refused.outcome == QUOTA else WIRE[refused.code].bulk_v2


def bulk_v1(refused: Refused) -> str:
    """The status of one destination of SendBulkTemplatedEmail."""
    return DAILY_V1 if refused.outcome == QUOTA else WIRE[refused.code].bulk_v1
