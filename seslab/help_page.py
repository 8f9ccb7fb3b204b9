"""How help is laid out: whole words at any width, on a terminal and in a pipe alike.

A command's docstring is its page: a summary, paragraphs that say more, and an example, a line that begins with `$ `.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from textwrap import indent, wrap
from typing import Any

Row = tuple[str, str]
"""A name, and what it means."""

WIDEST = 100
LEAST_NAMES = 16
OPTIONS = {
    "--version": "show the version",
    "--install-completion": "let Tab complete commands, in the shell that this is called from",
    "--show-completion": "show the script that does so",
    "-h, --help": "show this page",
}
"""Those of no command in particular, and what they mean; the last one every command has."""

PROMPT = "$ "
_NOTE = r"\[[^\]]*\]|`[^`]*`"
_QUOTED = r"'[^']*'|\"[^\"]*\""
_NOT_A_BREAK = "\N{NO-BREAK SPACE}"


def page(command: Any, context: Any, width: int) -> str:
    """The help of one of Typer's commands, in lines of so many columns."""
    return laid_out(_usage(command, context), command.help, list(_sections(command, context)), width)


def laid_out(usage: str, about: str, sections: Sequence[tuple[str, Sequence[Row]]], width: int) -> str:
    """Usage, what there is to say, rows by section, and an example, in lines of so many columns."""
    said = _paragraphs(about)
    names = _name_width([row for _, rows in sections for row in rows], width)
    parts = [_filled(one, width) for one in (f"Usage: {usage}", *said) if not _is_example(one)]
    parts += [f"{title}:\n" + "\n".join(_rows(rows, names, width)) for title, rows in sections]
    parts += [f"Example:\n{_command(one, width)}" for one in said if _is_example(one)]
    return "\n\n".join(parts) + "\n"


def summary(command: Any) -> str:
    """What a command does, in a sentence."""
    return _paragraphs(command.help)[0]


def examples(command: Any) -> list[str]:
    """Command lines that show how it is used."""
    return [one.removeprefix(PROMPT) for one in _paragraphs(command.help) if _is_example(one)]


def _paragraphs(about: str) -> list[str]:
    return [" ".join(one.split()) for one in re.split(r"\n\s*\n", about.strip())]


def _is_example(paragraph: str) -> bool:
    return paragraph.startswith(PROMPT)


def _usage(command: Any, context: Any) -> str:
    asked = [_asked(one) for one in command.params if one.param_type_name == "argument"]
    return " ".join([context.command_path, "[OPTIONS]", *asked])


def _asked(argument: Any) -> str:
    return str(argument.metavar if argument.required else f"[{argument.metavar}]")


def _sections(command: Any, context: Any) -> Iterator[tuple[str, list[Row]]]:
    """Arguments; options, those of a topic of their own last."""
    shown = sorted((one for one in command.get_params(context) if not one.hidden), key=_place)
    for title, some in groupby(shown, key=lambda one: one.rich_help_panel or f"{one.param_type_name.title()}s"):
        yield title, [(_name(one), _meaning(one)) for one in some]


def _place(parameter: Any) -> tuple[bool, str]:
    return parameter.param_type_name == "option", parameter.rich_help_panel or ""


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    names = ", ".join(sorted(parameter.opts, key=len))
    return f"{names} {parameter.metavar}" if parameter.metavar else names


def _meaning(parameter: Any) -> str:
    """With the default and the bounds of numbers."""
    meaning = OPTIONS["-h, --help"] if parameter.name == "help" else str(parameter.help)
    notes = [note for note in (_default(parameter), _bounds(parameter)) if note]
    if parameter.required and parameter.param_type_name == "option":
        notes.append("required")
    return f"{meaning}  [{'; '.join(notes)}]" if notes else meaning


def _default(parameter: Any) -> str:
    """A word of the declaration's own, where it depends."""
    default = parameter.show_default if isinstance(parameter.show_default, str) else parameter.default
    return "" if default in (None, False, "") else f"default: {default}"


def _bounds(parameter: Any) -> str:
    least, most = parameter.min, parameter.max
    if least is None or most is None:
        return "" if least is None else f"at least {least}"
    return f"{least} to {most}"


def _name_width(rows: Iterable[Row], width: int) -> int:
    """Names that take more than a quarter have their meaning below them."""
    most = max(width // 4, LEAST_NAMES)
    return max((len(name) for name, _ in rows if len(name) <= most), default=most)


def _rows(rows: Iterable[Row], names: int, width: int) -> Iterator[str]:
    for name, meaning in rows:
        lines = wrap_whole(meaning, width - names - 4)
        if len(name) > names:
            yield f"  {name}"
        else:
            yield f"  {name:{names}}  {lines.pop(0)}"
        yield from (f"  {'':{names}}  {line}" for line in lines)


def _filled(text: str, width: int) -> str:
    return "\n".join(wrap_whole(text, width))


def _command(example: str, width: int) -> str:
    """Continued with backslashes, so that it can be copied at any width."""
    lines = wrap_whole(example, width - 4, together=_QUOTED, further="    ")
    return indent(" \\\n".join(lines), "  ")


def wrap_whole(text: str, width: int, together: str = _NOTE, further: str = "") -> list[str]:
    """Lines broken between words only, never at a hyphen or, where it fits a line, in what matches `together`."""
    kept = re.sub(together, lambda found: _unbroken(found[0], width), text)
    lines = wrap(kept, width, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)
    return [line.replace(_NOT_A_BREAK, " ") for line in lines]


def _unbroken(text: str, width: int) -> str:
    return text.replace(" ", _NOT_A_BREAK) if len(text) <= width else text
