"""Files that SES does not send, by the ending of their names, and what may be said of one.

Source: SES Developer Guide, "Amazon SES unsupported attachment types". Of the words there is no stored report; they are
said as SES says them of headers, and the code is that of a parameter that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from loadtests.endpoint.message import Attachment
from loadtests.endpoint.refusals import invalid
from loadtests.endpoint.validation.content_types import content_type

_ENDINGS = """
ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its js jse ksh lib lnk mad
maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh msh1 msh2 mshxml msh1xml msh2xml msi msp mst
ops pcd pif plg prf prg ps1 ps1xml ps2 ps2xml psc1 psc2 reg scf scr sct shb shs sys tmp url vb vbe vbs vps vsmacros
vss vst vsw vxd ws wsc wsf wsh xnk
"""
BLOCKED = frozenset(_ENDINGS.split())
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_files(names: Iterable[str]) -> None:
    """Raises Refused for the first of a blocked type."""
    for name in names:
        if name.rpartition(".")[2].strip().lower() in BLOCKED and "." in name:
            raise invalid(f"Illegal filename '{name}'.")


def check_attachment(attachment: Attachment) -> None:
    """Raises Refused for a type that cannot be read, for line breaks, and for a file of a blocked type."""
    said = {
        "FileName": attachment.name,
        "ContentType": attachment.kind,
        "ContentId": attachment.content_id,
        "ContentDescription": attachment.description,
    }
    for member, text in said.items():
        if _CONTROL.search(text):
            raise invalid(f"Control characters are not allowed in {member}.")
    content_type(attachment.kind)
    check_files([attachment.name])
