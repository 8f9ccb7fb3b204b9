"""How a command line is read: commands of one word or of two, spellings of old, and help."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Any

from typer import Exit
from typer._click.shell_completion import CompletionItem
from typer.core import TyperCommand, TyperGroup

from scenarios.errors import BadInput
from seslab.front_page import COMMANDS, front_page, of_two_words
from seslab.help_page import OPTIONS, laid_out, page, summary

NAME = "seslab"
RENAMED = {("gate", "--update"): "gate update", ("loadtest", "--worker"): "loadtest worker"}
"""What was a command's option once, and is a command now."""


class Command(TyperCommand):
    """A command that lays out its own help."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(page(self, ctx, formatter.width))

    def get_short_help_str(self, limit: int = 0) -> str:
        """The summary, whole; completion shows it too."""
        return summary(self)

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Raises BadInput for a path of no characters: pathlib takes it for the folder that one is in."""
        if "" in args or any(word.endswith("=") for word in args):
            given, _, _ = self.make_parser(ctx).parse_args([*args])
            params: list[Any] = [*self.params]
            for param in params:
                if "" in _words(given.get(param.name)) and param.type_descriptor.annotation is Path:
                    raise BadInput(f"{_called(param)} = '': must be a path; the folder that you are in is .")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Raises BadInput for a word that may end in a document, which is UTF-8; a file's name may be any bytes."""
        for param in self.params:
            for word in _words(ctx.params.get(param.name)):
                if not _is_text(word) and not os.path.lexists(word.removeprefix("@")):
                    raise BadInput(f"{_called(param)} = {word}: must be UTF-8 text")
        return super().invoke(ctx)


def _called(param: Any) -> str:
    name: str = param.metavar if param.param_type_name == "argument" else max(param.opts, key=len)
    return name


def _words(value: Any) -> list[str]:
    return [word for word in (value if isinstance(value, list | tuple) else [value]) if isinstance(word, str)]


def _is_text(word: str) -> bool:
    """What Python makes of other bytes are halves of characters."""
    return not any("\ud800" <= sign <= "\udfff" for sign in word)


class Commands(TyperGroup):
    """All commands. Where two words are the name of one, it is meant, and not the first word's."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(front_page(formatter.width))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        both = " ".join(args[:2])
        if args[1:] and both in self.commands:
            return both, self.commands[both], args[2:]
        if args[0] not in self.commands and (seconds := of_two_words(args[0])):
            return _unfinished(ctx, args, seconds)
        for (first, flag), name in RENAMED.items():
            if args[0] == first and flag in args:
                rest = [word for word in args[1:] if word != flag]
                if not ctx.resilient_parsing:
                    _tell(first, flag, name, rest)
                return name, self.commands[name], rest
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """First words; the second ones are offered once the first is there."""
        typed = [*ctx._protected_args, *ctx.args]
        if typed:
            return [CompletionItem(word) for word in of_two_words(typed[0]) if word.startswith(incomplete)]
        offered = super().shell_complete(ctx, incomplete)
        alone = {item.value: item for item in offered if " " not in item.value}
        firsts = dict.fromkeys(item.value.partition(" ")[0] for item in offered)
        return [alone.get(word) or CompletionItem(word) for word in firsts]


def _unfinished(ctx: Any, args: list[str], seconds: list[str]) -> Any:
    """The first word alone shows the commands that begin with it. Raises BadInput for a second word of none of them."""
    if ctx.resilient_parsing:
        return None, None, args
    first, rest = args[0], args[1:]
    if rest and rest[0] not in ctx.help_option_names:
        from scenarios.formats.quoted import printable, unknown

        raise BadInput(f"{unknown(f'command {first}', printable(rest[0]), seconds)} (try {NAME} {first} --help)")
    sys.stdout.write(_family(first, ctx.make_formatter().width))
    raise Exit


def _family(first: str, width: int) -> str:
    """The help of commands that begin with one word."""
    rows = [(name, says) for some in COMMANDS.values() for name, (_, says) in some.items() if name.split()[0] == first]
    about = f"`{NAME} {first} COMMAND --help` tells more of each."
    options = ("-h, --help", OPTIONS["-h, --help"])
    return laid_out(f"{NAME} {first} COMMAND [OPTIONS] ...", about, [("Commands", rows), ("Options", [options])], width)


def _tell(first: str, flag: str, name: str, rest: list[str]) -> None:
    print(f"seslab: {first} {flag} is a command now: seslab {name} {shlex.join(rest)}".rstrip(), file=sys.stderr)


def relatives(context: Any) -> dict[str, Any]:
    """Commands by name that share their first word with the one of this context."""
    first, commands = context.info_name.split()[0], context.find_root().command.commands
    return {name: commands[name] for name in commands if name.split()[0] == first and name != context.info_name}


def complaint(error: Any, program: str) -> str:
    """Typer's words on one line, and where to look."""
    context = getattr(error, "ctx", None)
    owner = _owner(getattr(error, "option_name", None), context)
    said = f"{error}; {program} {owner} has it" if owner else getattr(error, "format_message", error.__str__)()
    return f"{' '.join(said.split())} (try {context.command_path if context else program} --help)"


def _owner(option: str | None, context: Any) -> str | None:
    """The command that has the option which this one lacks."""
    others = relatives(context) if option and context and context.parent else {}
    return next((name for name, one in others.items() if any(option in own.opts for own in one.params)), None)
