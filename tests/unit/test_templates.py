"""Templates: the language that SES documents, what is no template, what cannot be filled in, and what it may take."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.rendering import engine, plain
from loadtests.endpoint.rendering.data import parsed
from loadtests.endpoint.rendering.engine import (
    BULK_S,
    MAIL_S,
    Engine,
    Missing,
    Room,
    Unrendered,
    check,
    fill,
    is_simple,
)
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.templates import Content, render
from tests.unit.strict import NAMESPACE, OK, SENDER, TO, ask_v1, ask_v2, begun, told

DATA: dict[str, Any] = {
    "name": "Ann",
    "vip": True,
    "no": False,
    "nothing": None,
    "zero": 0,
    "empty": [],
    "html": "<b>&amp;</b>",
    "who": {"first": "Ann", "address": {"city": "Bonn"}},
    "items": [{"what": "tea", "sale": True}, {"what": "pot", "sale": False}],
    "words": ["a", "b"],
}
TO_ONE = {"ToAddresses": [TO]}
WRONG = invalid("no JSON")


@pytest.fixture(scope="module")
def ses() -> Iterator[Ses]:
    """One for all: a name is used for one template only."""
    with begun() as one:
        yield one


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Dear {{who.first}} of {{ who.address.city }}", "Dear Ann of Bonn"),
        ("{{words.[1]}}{{words.0}}{{items.0.what}}{{lookup words 1}}", "bateab"),
        ("{{#each items}}{{what}}{{#if sale}}!{{/if}} {{this.what}} {{/each}}", "tea! tea pot pot "),
        ("{{#each words}}{{@index}}{{this}}{{@first}}{{@last}}{{../name}} {{/each}}", "0atruefalseAnn 1bfalsetrueAnn "),
        ("{{#each who}}{{@key}}{{#unless @last}},{{/unless}}{{/each}}", "first,address"),
        ("{{#each empty}}x{{else}}none{{/each}}{{#each missing}}x{{else}}none{{/each}}", "nonenone"),
        ("{{#if no}}a{{else if vip}}b{{else}}c{{/if}}{{#if zero}}d{{/if}}{{zero}}", "b0"),
        ("{{#if missing}}a{{/if}}{{#if who.missing.too}}a{{else}}b{{/if}}{{#unless nothing}}c{{/unless}}", "bc"),
        ("{{#with who}}{{address.city}} {{@root.name}}{{/with}}{{#with missing}}x{{/with}}", "Bonn Ann"),
        ("{{#words}}{{.}}{{/words}}{{^no}}n{{/no}}{{#each words as |w i|}}{{i}}{{w}}{{/each}}", "abn0a1b"),
        ("{{html}}{{{html}}}{{&html}}", "<b>&amp;</b>" * 3),
        ("a{{! b }}c{{!-- {{name}} --}}d", "acd"),
        ('{{#* inline "bye"}}Bye, {{first}}{{/inline}}\n{{#with who}}{{> bye}}{{/with}}', "Bye, Ann"),
        ('{{#*inline "one"}}<{{this}}>{{/inline}}{{#each words}}{{> one}}{{/each}}', "<a><b>"),
        ("a {{~ name ~}} b\n{{#if vip}}\nc\n{{/if}}\nd \\{{name}}", "aAnnb\nc\nd {{name}}"),
        (
            "p { color: red } {name} }} {{amazonSESUnsubscribeUrl}}",
            "p { color: red } {name} }} {{amazonSESUnsubscribeUrl}}",
        ),
    ],
)
def test_the_language_is_handlebars(template: str, expected: str) -> None:
    """What SES's guide and Handlebars' own describe means here what it means there; nothing is escaped."""
    check([template])
    assert fill([template], DATA) == [expected]


@pytest.mark.parametrize(
    "name", ["missing", "who.missing", "missing.too", "nothing", "this.missing", "constructor", "if"]
)
def test_what_is_put_in_must_be_there(name: str) -> None:
    """A variable without a value, or null, is named as it stands in the template."""
    with pytest.raises(Missing, match=f"^Attribute '{name}' is not present in the rendering data.$"):
        fill(["", "{{" + name + "}}"], DATA)


TEXT = st.text().map(lambda text: text.replace("{", "(").replace("\0", " "))


@settings(max_examples=50, deadline=None)
@given(TEXT, st.text(), st.integers() | st.floats(allow_nan=False, allow_infinity=False).filter(bool))
def test_text_is_itself_and_values_are_put_in_as_they_are(text: str, value: str, number: float) -> None:
    """A text without braces is a template of itself; a string goes in as it is, a number as JSON spells it."""
    assert fill([text], {}) == [text]
    values = parsed(json.dumps({"a": {"b": value}, "n": number}), WRONG)
    assert fill(["{{a.b}}|{{n}}"], values) == [f"{value}|{json.dumps(number)}"]


PIECES = [
    *(
        "{{#if a}}",
        "{{/if}}",
        "{{else}}",
        "{{#each b}}",
        "{{/each}}",
        "{{a.b}}",
        "{{this}}",
        "{{@index}}",
        "{{",
        "}}",
        "{{{",
    ),
    *(
        '{{#*inline "x"}}',
        "{{/inline}}",
        "{{> x}}",
        "{{!--",
        "--}}",
        "{{~",
        "\\",
        "{{#a}}",
        "{{/a}}",
        "{{lookup b 0}}",
        "\ud800",
    ),
    *("{{f x}}", "{{* f}}", "{{{{r}}}}", "{{{{/r}}}}", "[", '"', "(", "\0", "é", "\n"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "__proto__"]), inner),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.dictionaries(st.sampled_from("ab"), JSON))
def test_rendering_succeeds_or_says_why_not(template: str, values: dict[str, Any]) -> None:
    """Whatever the template and the data; and what can be filled in has been taken for a template before."""
    with suppress(Unrendered):
        fill([template], values)
        check([template])
    rendered = render(Content("", template, ""), parsed(json.dumps(values), WRONG))
    assert bool(rendered.error) == (rendered.content.text == template and rendered.error != "")


PLAIN = [
    "{{a}}",
    "{{{b}}}",
    "{{~ a ~}}",
    " \n",
    "{",
    "\\",
    "{{missing}}",
    "{{amazonSESUnsubscribeUrl}}",
    "x",
    "{{if}}",
    "{{[a b]}}",
]
STRINGS = st.dictionaries(st.sampled_from(["a", "b", "if", "a b", ""]), st.text() | st.booleans() | st.none())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PLAIN)).map("".join), min_size=1, max_size=3), STRINGS)
def test_the_engine_would_say_the_same(parts: list[str], values: dict[str, Any]) -> None:
    """Where plain text is put into plain text without it, and where it must be asked."""

    def said(ask: Callable[..., list[str]]) -> list[str] | str:
        try:
            return ask(parts, values)
        except Unrendered as error:
            return str(error)

    assert said(plain.fill) == said(fill)


def test_what_is_refused_beforehand_never_renders() -> None:
    """And what may be rendered with the right data is not refused."""
    for template in (
        "{{/if}}",
        "{{a",
        "{{#if a}}",
        "{{#if a}}{{/each}}",
        "{{> nowhere}}",
        "{{f x}}",
        "{{* f}}",
        "{{#f x}}{{/f}}",
    ):
        for ask in (check, lambda parts: fill(parts, DATA)):
            with pytest.raises(Unrendered):
                ask([template])


@pytest.mark.parametrize(
    "template",
    [
        "{{#each l}}{{#each @root.l}}{{#each @root.l}}{{/each}}{{/each}}{{/each}}",
        "{{#each l}}{{#each @root.l}}{{@root.long}}{{/each}}{{/each}}",
        '{{#*inline "a0"}}{{/inline}}'
        + "".join(f'{{{{#*inline "a{n + 1}"}}}}{{{{> a{n}}}}}{{{{> a{n}}}}}{{{{/inline}}}}' for n in range(40))
        + "{{> a40}}",
        '{{#*inline "a"}}{{> a}}{{/inline}}{{> a}}',
        "{{#if l}}" * 5_000 + "{{/if}}" * 5_000,
        "{{long}}" * 200,
    ],
    ids=["loops in loops", "much text", "doubling partials", "recursion", "depth", "a long value, often"],
)
def test_a_rendering_takes_so_much_and_no_more(template: str) -> None:
    """However little makes much, it fails, and so does the rest of its call; the next call is as good as ever."""
    values, room = {"l": [0] * 1_000, "long": "x" * 200_000}, Room(0.2)
    assert render(Content("", template, ""), values, room).error
    assert fill(["{{l.1}}"], values) == ["0"]


def test_what_a_template_takes_to_compile_is_no_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is compiled when it is made, or when it is needed again; a mail has its own time."""
    monkeypatch.setattr(engine, "MAIL_S", 0.03)
    template = "".join(f"{{{{#if a{n}}}}}{{{{a{n}}}}}{{{{/if}}}}" for n in range(200))
    assert fill([template], {"a7": "x"}) == ["x"]
    monkeypatch.setattr(engine, "PREPARE_S", 0.03)
    assert fill([template], {"a8": "y"}) == ["y"]
    with pytest.raises(Unrendered):
        check([f"{template} and so on"])


def test_the_mails_of_a_call_share_its_room() -> None:
    """A bulk call takes no longer with many hostile mails than with one."""
    room, template = (
        Room(0.05),
        Content("{{#each l}}{{#each @root.l}}{{#each @root.l}}{{/each}}{{/each}}{{/each}}", "", ""),
    )
    assert all(render(template, {"l": [0] * 500}, room).error for _ in range(50))
    with pytest.raises(Unrendered):
        room.left_s()


def test_a_hostile_template_delays_another_once() -> None:
    """However many of its mails wait, another template's mail waits for the one that is being rendered and no other."""
    hostile = ["{{#each l}}{{#each @root.l}}{{#each @root.l}}{{/each}}{{/each}}{{/each}}"]

    def render_hostile(_number: int) -> None:
        with suppress(Unrendered):
            fill(hostile, {"l": [0] * 500}, Room(0.1))

    with ThreadPoolExecutor(10) as threads:
        hostile_mails = [threads.submit(render_hostile, number) for number in range(10)]
        wait(hostile_mails, return_when=FIRST_COMPLETED)
        over = sum(mail.done() for mail in hostile_mails)
        assert fill(["{{#if a}}b{{/if}}"], {"a": 1}) == ["b"]
        assert sum(mail.done() for mail in hostile_mails) < over + 4
    assert Room(BULK_S).left_s() == Room().left_s() == MAIL_S


def test_each_mail_stands_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is asked once for a mail whose template has blocks, and not at all for one that has no tags."""
    asked, ask = list[str](), Engine.ask

    def heard(engine: Engine, room: Room, question: str, *more: Any) -> dict[str, Any]:
        asked.append(question)
        return ask(engine, room, question, *more)

    monkeypatch.setattr(Engine, "ask", heard)
    assert plain.fill(["one line", "{{#if a}}b{{/if}}", ""], {"a": 1}) == ["one line", "b", ""]
    assert plain.fill(["one line", "no tags at all", ""], {}) == ["one line", "no tags at all", ""]
    assert asked == ["fill"]


def test_own_values_go_before_defaults() -> None:
    """Objects key by key, at any depth, lists as a whole; data that is left out leaves the defaults."""
    defaults = {"a": {"x": "default", "y": {"z": "default"}}, "list": ["1", "2"]}
    own = '{"a": {"x": "own", "y": {"w": "own"}}, "list": [], "b": null}'
    expected: dict[str, Any] = {"a": {"x": "own", "y": {"z": "default", "w": "own"}}, "list": [], "b": None}
    assert parsed(own, WRONG, defaults) == expected
    assert parsed(None, WRONG, defaults) == parsed("{}", WRONG, defaults) == defaults


@pytest.mark.parametrize("text", ["[]", "1", "{", '{"a": NaN}', '{"a":' * 2_000, '{"a":' * 900 + "1" + "}" * 900])
def test_data_is_a_json_object(text: str) -> None:
    """Of what JSON has, and no deeper than the endpoint can read and merge it."""
    with pytest.raises(Refused, match="no JSON"):
        parsed(text, WRONG, parsed('{"a":' * 100 + "{}" + "}" * 100, WRONG))


def test_only_plain_variables_are_simple() -> None:
    """What a request of v2 holds itself has no paths, blocks, comments or partials."""
    assert is_simple(["Hi {{name}}", "{{ a }}{{{b}}}", "no tag"])
    for template in ("{{a.b}}", "{{this}}", "{{@root}}", "{{#if a}}{{/if}}", "{{! a }}", "{{../a}}", "{{lookup a 1}}"):
        assert not is_simple(["Hi", template])


def template_of(name: str, **parts: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A template as v1 and as v2 describe it."""
    in_v1 = {"TemplateName": name, **{f"{part}Part": text for part, text in parts.items()}}
    return {"Template": in_v1}, {"TemplateName": name, "TemplateContent": parts}


@pytest.mark.parametrize(
    ("parts", "code", "words"),
    [
        ({"Text": "x"}, "InvalidParameterValue", "The subject must be specified."),
        ({"Subject": "{{/if}}"}, "InvalidTemplate", "Parse error on line 1: {{/if}}"),
        ({"Subject": "x", "Html": "{{> footer}}"}, "InvalidTemplate", "The partial footer could not be found"),
        (
            {"Subject": "x", "Text": "x" * 512_001},
            "InvalidTemplate",
            "Template length is more than 512000 bytes long: '512001'.",
        ),
    ],
)
def test_what_is_no_template_is_not_kept(ses: Ses, parts: dict[str, str], code: str, words: str) -> None:
    """Neither made nor put in another's place."""
    in_v1, in_v2 = template_of("none", **parts)
    assert ask_v1(ses, "CreateTemplate", **in_v1) == (400, code, words)
    assert ask_v2(ses, "templates", **in_v2) == (400, "BadRequestException", words)
    assert ask_v1(ses, "UpdateTemplate", **template_of("hello", **parts)[0]) == (400, code, words)
    assert "none" not in ses.backend.templates
    assert ses.backend.templates["hello"]["subject_part"] == "Hi"


def test_a_name_is_given_once(ses: Ses) -> None:
    """And what is not there cannot be rendered or replaced; to delete it in v1 is no error."""
    in_v1, in_v2 = template_of("hello", Subject="x")
    assert ask_v1(ses, "CreateTemplate", **in_v1)[:2] == (400, "AlreadyExists")
    assert ask_v2(ses, "templates", **in_v2)[:2] == (400, "AlreadyExistsException")
    words = "Template gone does not exist."
    data = {"TemplateName": "gone", "TemplateData": "{}"}
    assert ask_v1(ses, "TestRenderTemplate", **data) == (400, "TemplateDoesNotExist", words)
    assert ask_v1(ses, "UpdateTemplate", **template_of("gone")[0]) == (400, "TemplateDoesNotExist", words)
    assert ask_v2(ses, "templates/gone/render", **data) == (404, "NotFoundException", words)
    assert told(ask_v1(ses, "DeleteTemplate", TemplateName="gone")) == OK


def test_templates_are_listed_page_by_page() -> None:
    """Ten where a request does not say how many, a hundred at most, in both APIs; a token is one that a page gave."""
    with begun() as one:
        for number in range(104):
            one.backend.templates[f"t{number}"] = one.backend.templates["hello"] | {"template_name": f"t{number}"}

        def v1(**asked: Any) -> list[str | None]:
            return [each.text for each in ask_v1(one, "ListTemplates", **asked).iter(f"{NAMESPACE}Name")]

        def v2(query: str = "") -> Any:
            return ask_v2(one, "templates", "GET", query)

        first = v2()
        names = [each["TemplateName"] for each in first["TemplatesMetadata"]]
        assert names == v1() == ["hello", *(f"t{number}" for number in range(9))]
        second = v2(f"PageSize=100&NextToken={first['NextToken']}")
        assert [len(second["TemplatesMetadata"]), "NextToken" in second] == [95, False]
        assert len(v1(NextToken=first["NextToken"], MaxItems=100)) == 95
        assert len(v1(MaxItems=1_000)) == 100
        words = "NextToken is invalid."
        assert ask_v1(one, "ListTemplates", NextToken="made up") == (400, "InvalidParameterValue", words)
        assert v2("NextToken=made-up") == (400, "BadRequestException", words)
        assert [v2(f"PageSize={size}")[0] for size in (0, 101)] == [400, 400]
        assert ask_v1(one, "ListTemplates", MaxItems=0)[0] == 400


def test_a_preview_is_a_mime_text(ses: Ses) -> None:
    """The same in both APIs: with one part, or with both as alternatives, and no line of a subject becomes a header."""
    assert ask_v2(ses, "templates", **template_of("one", Subject="{{s}}", Text="{{t}}")[1]) == {}
    assert (
        told(ask_v1(ses, "CreateTemplate", **template_of("both", Subject="{{s}}", Text="{{t}}", Html="<p>{{t}}")[0]))
        == OK
    )
    data = json.dumps({"s": "Hi\r\nBcc: x", "t": "Grüße"})
    for name, parts in (("one", ["Grüße"]), ("both", ["Grüße\r\n", "<p>Grüße\r\n"])):
        asked = {"TemplateName": name, "TemplateData": data}
        tree = ask_v1(ses, "TestRenderTemplate", **asked)
        in_v1 = next(tree.iter(f"{NAMESPACE}RenderedTemplate")).text
        for rendered in (in_v1, ask_v2(ses, f"templates/{name}/render", **asked)["RenderedTemplate"]):
            head, _, body = rendered.partition("\r\n\r\n")
            assert "\r\nSubject: Hi Bcc: x\r\n" in head
            assert [part for part in parts if part not in body] == []
            assert ("multipart/alternative" in head) == (name == "both")


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        ("{}", "MissingRenderingAttribute", "Attribute 'name' is not present in the rendering data."),
        ("[]", "InvalidRenderingParameter", "Template rendering data is invalid"),
    ],
)
def test_a_preview_says_what_is_wrong(ses: Ses, data: str, code: str, words: str) -> None:
    """In the codes of v1's model, which its SDKs know as exceptions."""
    ask_v2(ses, "templates", **template_of("named", Subject="{{name}}")[1])
    asked = {"TemplateName": "named", "TemplateData": data}
    assert ask_v1(ses, "TestRenderTemplate", **asked) == (400, code, words)
    in_v2 = words if code.startswith("Missing") else "Unable to parse template data (invalid JSON)."
    assert ask_v2(ses, "templates/named/render", **asked) == (400, "BadRequestException", in_v2)


def test_a_mail_that_cannot_be_rendered_is_taken(ses: Ses) -> None:
    """With a message id, and it counts as any accepted mail; data that is no JSON is refused in its API's words."""
    ask_v2(ses, "templates", **template_of("greeting", Subject="{{name}}")[1])
    before = len(ses.run.observed().decisions)
    for data in ("{}", '{"name": null}', "[]"):
        in_v1 = {"Source": SENDER, "Destination": TO_ONE, "Template": "greeting", "TemplateData": data}
        content = {"Template": {"TemplateName": "greeting", "TemplateData": data}}
        in_v2 = {"FromEmailAddress": SENDER, "Destination": TO_ONE, "Content": content}
        said = told(ask_v1(ses, "SendTemplatedEmail", **in_v1)), told(ask_v2(ses, "outbound-emails", **in_v2))
        no_json = "Unable to parse template data (invalid JSON)."
        refused = (400, "InvalidParameterValue", "The template data is invalid"), (400, "BadRequestException", no_json)
        assert said == (refused if data == "[]" else (OK, OK))
    assert ses.run.observed().decisions["recipients"][before:].tolist() == [1] * 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"Subject": "{{name}}", "Text": "{{#if a}}b{{/if}}"}, "Template contains unsupported operations."),
        ({"Subject": "{{name"}, "Parse error on line 1: {{name"),
        (
            {"Subject": "x", "Text": "x" * 2**20, "Html": "x"},
            f"Template length is more than {2**20} bytes long: '{2**20 + 1}'.",
        ),
    ],
)
def test_inline_templates_are_plain(ses: Ses, content: dict[str, str], words: str) -> None:
    """In a single mail and in a bulk call, which fails as a whole."""
    template = {"Template": {"TemplateContent": content, "TemplateData": "{}"}}
    single = {"FromEmailAddress": SENDER, "Destination": TO_ONE, "Content": template}
    many = {"FromEmailAddress": SENDER, "DefaultContent": template, "BulkEmailEntries": [{"Destination": TO_ONE}]}
    refused = (400, "BadRequestException", words)
    assert ask_v2(ses, "outbound-emails", **single) == ask_v2(ses, "outbound-bulk-emails", **many) == refused


DATA_OF_ENTRIES = st.lists(
    st.none() | st.sampled_from(["{}", "[]", "{", '{"name": "x"}', '{"name": null}', ""]), max_size=6
)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(['{"name": "you"}', "{}"]), DATA_OF_ENTRIES.filter(bool))
def test_a_bulk_call_accounts_for_each_entry(default: str, datas: list[str | None]) -> None:
    """In both APIs: data that is no object fails its entry, all others are taken, rendered or not."""
    with begun() as ses:
        ask_v2(ses, "templates", **template_of("bulk", Subject="{{name}}")[1])
        given_data = [{} if data is None else {"ReplacementTemplateData": data} for data in datas]
        entries = [
            {"Destination": TO_ONE, "ReplacementEmailContent": {"ReplacementTemplate": data}} for data in given_data
        ]
        template = {"Template": {"TemplateName": "bulk", "TemplateData": default}}
        in_v2 = {"FromEmailAddress": SENDER, "DefaultContent": template, "BulkEmailEntries": entries}
        statuses = [one["Status"] for one in ask_v2(ses, "outbound-bulk-emails", **in_v2)["BulkEmailEntryResults"]]
        assert statuses == ["INVALID_PARAMETER" if data in ("[]", "{") else "SUCCESS" for data in datas]
        in_v1 = {"Source": SENDER, "Template": "bulk", "DefaultTemplateData": default}
        tree = ask_v1(
            ses,
            "SendBulkTemplatedEmail",
            **in_v1,
            Destinations=[{"Destination": TO_ONE, **data} for data in given_data],
        )
        spelled = {"INVALID_PARAMETER": "InvalidParameterValue", "SUCCESS": "Success"}
        assert [one.text for one in tree.iter(f"{NAMESPACE}Status") if one.text] == [
            spelled[status] for status in statuses
        ]
