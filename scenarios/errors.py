"""The ways in which a command ends early, each with one line for the user."""


class BadInput(Exception):
    """What was asked cannot be right: the message names file, key, value and what would be right (exit 2)."""


class RunFailed(Exception):
    """What was asked is right but could not be carried out: the message names the cause (exit 3)."""


class Interrupted(Exception):
    """Ctrl-C has ended a command; the message says how far it came (exit 130)."""


class CutOff(KeyboardInterrupt):
    """Ctrl-C has ended a run that was begun and cannot be told of; the message says what is left of it."""


class FunctionError(Exception):
    """A Lambda function's handler raised, ran into its timeout, or took its environment with it."""
