"""`seslab smtp-credentials`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import BadInput
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import Region

SEEN = "note: the password stands on this terminal, and in what it keeps; --out FILE writes it where only you can read"


def smtp_credentials(
    *,
    region: Region = None,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="an AWS profile with the access key of an IAM user")
    ] = None,
    access_key_id: Annotated[
        str | None, typer.Option(metavar="ID", help="of a key that is typed or piped, which is the name to log in with")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="a new file for both, which only you can read; serve takes it")
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="print a CloudFormation template instead, which makes and rotates them")
    ] = False,
    identity: Annotated[
        str | None, typer.Option(metavar="NAME", help="for the template: the only identity to send from")
    ] = None,
) -> None:
    """Derive SMTP credentials, or a stack that rotates them.

    The secret access key is asked for, comes through a pipe or is a profile's: others can read a command line.

    $ seslab smtp-credentials --region eu-west-1 --profile mail --out smtp.txt
    """
    if template:
        _print_template(identity, region=region, profile=profile, access_key_id=access_key_id, out=out)
        return
    if identity is not None:
        raise BadInput("--identity: is for --template; a password is for all that its access key may send from")
    with ending_on_ctrl_c():
        import sys

        from loadtests.smtp_credentials import credentials_file
        from loadtests.smtp_credentials.password import smtp_password
        from loadtests.smtp_credentials.secret_key import access_key, checked_region
        from reports import terminal
    where = checked_region(region)
    if out is not None and profile is None and access_key_id is None:
        raise BadInput(
            "--access-key-id: missing; --out writes it beside the password, since it is the name to log in with"
        )
    key = access_key(profile, access_key_id)
    password = smtp_password(key.secret, where)
    if out is not None:
        credentials_file.write(out, str(key.id), password)
        terminal.tell(f"{out} has the user {key.id} and its password for {where}")
        return
    if sys.stdout.isatty():
        terminal.tell(SEEN)
    print(password)


def _print_template(identity: str | None, **others: object) -> None:
    with ending_on_ctrl_c():
        from loadtests.smtp_credentials.template import checked_identity
        from loadtests.smtp_credentials.template import template as made
        from reports.terminal import to_json
    for name, value in others.items():
        if value is not None:
            raise BadInput(
                f"--{name.replace('_', '-')}: not with --template, which is the same for every account and region"
            )
    print(to_json(made(checked_identity(identity))), end="")
