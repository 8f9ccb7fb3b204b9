"""What plain Locust's command line may say of a load test.

Every process of Locust's tells its parser, also those whose parent has said all. So nothing that a run takes is here.
"""

from __future__ import annotations

from typing import Any

from loadtests.ports.ses import TO_SIMULATOR
from scenarios.entry import USERS

ARGUMENTS = {
    "scenario": "a name of the catalogue, or a TOML file",
    "endpoint": "the URL of a seslab serve",
    "seslab-user": f"who sends: {', '.join(USERS)}",
    "from": "the sender",
    "to": "the recipients, a template of {mail} and {who}",
    "allow": "an address that may get mail, or a file of them",
    "smtp": "smtp: HOST:PORT",
    "queue": "sqs: the URL of the queue",
    "target": "http: the URL of the application's route",
    "method": "http: the method",
    "header": "http: NAME: VALUE",
    "body": "http: the template of the body, or @FILE",
}
"""Locust's further arguments; each is also an environment variable, such as SESLAB_SCENARIO."""

DEFAULTS = {"seslab-user": "ses-v2", "to": TO_SIMULATOR, "method": "POST"}
_SEVERAL = ("allow", "header")


def add_arguments(parser: Any) -> None:
    """Tell Locust of ours."""
    parser.add_argument("--yes", action="store_true", env_var="SESLAB_YES", help="do not ask", include_in_web_ui=False)
    for name, meaning in ARGUMENTS.items():
        variable = f"SESLAB_{name.removeprefix('seslab-').upper()}"
        parser.add_argument(
            f"--{name}",
            env_var=variable,
            help=meaning,
            default=[] if name in _SEVERAL else DEFAULTS.get(name, ""),
            include_in_web_ui=False,
            **({"action": "append"} if name in _SEVERAL else {}),
        )
