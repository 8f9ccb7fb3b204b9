"""A preflight as JUnit's XML: a case for each line; what is wrong fails, and what is open is skipped."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from reports.documents.preflight import PreflightDocument, PreflightFinding
from reports.junit_xml import counted, not_tested, text_of
from scenarios.formats.quoted import printable

NAME = "seslab preflight"
KINDS = {"wrong": "failure", "open": "skipped"}


def junit(document: PreflightDocument) -> str:
    root = Element("testsuites", name=NAME)
    suite = SubElement(root, "testsuite", name=document["domain"])
    for number, one in enumerate(document["findings"]):
        _case(suite, document, number, one)
    counted(suite)
    return text_of(root)


def without_findings(why: str) -> str:
    """Where neither is known."""
    return not_tested(NAME, "preflight", why)


def _case(suite: Element, document: PreflightDocument, number: int, one: PreflightFinding) -> None:
    """Cases of one check have names of their own: services show those of the same name as one."""
    earlier = sum(other["check"] == one["check"] for other in document["findings"][:number])
    name = f"{one['check']} {earlier + 1}" if earlier else one["check"]
    classname = f"{NAME}.{document['domain'].replace('.', '_')}".replace(" ", "_")
    case = SubElement(suite, "testcase", classname=classname, name=name, time="0")
    said, kind = printable(one["says"]), KINDS.get(one["verdict"], "system-out")
    element = SubElement(case, kind) if kind == "system-out" else SubElement(case, kind, message=said)
    element.text = f"{said}\n{printable(one['do'])}" if one["do"] else said
