"""JUnit's XML, which every CI service shows, as far as it is the same for all commands that write it."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from scenarios.formats.quoted import printable


def text_of(root: Element) -> str:
    """The file of a root with its suites."""
    counted(root)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def not_tested(name: str, case: str, why: str) -> str:
    """The file that says why there is no result: an error, as JUnit calls what could not be tested."""
    root = Element("testsuites", name=name)
    suite = SubElement(root, "testsuite", name=name)
    error = SubElement(SubElement(suite, "testcase", classname=name, name=case, time="0"), "error")
    error.set("message", printable(why))
    error.text = printable(why)
    counted(suite)
    return text_of(root)


def counted(element: Element) -> None:
    """JUnit's readers want the sums beforehand; by the schema a root has none of what was skipped."""
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    element.set("errors", str(sum(case.find("error") is not None for case in cases)))
    if element.tag == "testsuite":
        element.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
