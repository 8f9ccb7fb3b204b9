"""The command line as a process: its start, and every foreseeable end in one line and an exit code."""

from __future__ import annotations

from seslab.ctrl_c import ending_on_ctrl_c, heed_other_ends

with ending_on_ctrl_c():
    import os
    import sys
    from contextlib import redirect_stderr, suppress
    from io import StringIO
    from typing import Any

    import typer

    from scenarios.errors import BadInput, Interrupted, RunFailed
    from seslab import exit_codes, standard_streams
    from seslab.app import app
    from seslab.grammar import relatives

NAME = "seslab"
COMPLETION = "_SESLAB_COMPLETE"  # so Typer's scripts for shells call it
ROOMS = ("seslab", "strategies", "scenarios", "sim", "loadtests", "reports")


def main() -> None:
    """Run the command line."""
    standard_streams.harden()
    heed_other_ends()
    if COMPLETION in os.environ:
        _complete()
    try:
        code = _run(sys.argv[1:] or ["--help"])
        if code == exit_codes.INTERRUPTED:  # Typer's recent versions keep the exception to themselves
            raise KeyboardInterrupt
    except typer.TyperException as error:
        code = _complain(_usage(error), exit_codes.USAGE)
    except BadInput as error:
        code = _complain(str(error), exit_codes.USAGE)
    except RunFailed as error:
        code = _complain(str(error), exit_codes.FAILED)
    except Interrupted as error:
        code = _complain(str(error), exit_codes.INTERRUPTED)
    except (KeyboardInterrupt, typer.Abort):
        code = _complain("interrupted", exit_codes.INTERRUPTED)
    except ModuleNotFoundError as error:
        code = _complain(_missing(error), exit_codes.FAILED)
    except MemoryError:
        code = _complain("memory ran out; use a smaller scenario, trace or file", exit_codes.FAILED)
    sys.exit(_flushed(code))


def _flushed(code: int) -> int:
    """What is yet to be written may find the disk full."""
    try:
        sys.stdout.flush()
    except RunFailed as error:
        return _complain(str(error), exit_codes.FAILED)
    return code


def _run(words: list[str]) -> int:
    return app(words, prog_name=NAME, standalone_mode=False) or exit_codes.DONE


def _complete() -> None:
    """Answer a shell that asks what may follow; there an error would stand in the middle of what is being typed."""
    with ending_on_ctrl_c(), suppress(Exception), redirect_stderr(StringIO()):
        _run([])
    sys.exit(exit_codes.FAILED)


def _missing(error: ModuleNotFoundError) -> str:
    """What real worlds need is an extra; anything else that is missing is a defect of ours."""
    package = (error.name or "").partition(".")[0]
    if package in (*sys.stdlib_module_names, *ROOMS):
        raise error
    if package in ("locust", "gevent", "hdrh"):
        return f"{package} is not installed; load tests need it: install seslab with its extra locust"
    return f"{package} is not installed; real worlds need it: install seslab with its extra moto"


def _usage(error: Any) -> str:
    """Typer's words on one line, and where to look."""
    context = getattr(error, "ctx", None)
    owner = _owner(getattr(error, "option_name", None), context)
    said = f"{error}; {NAME} {owner} has it" if owner else getattr(error, "format_message", error.__str__)()
    return f"{' '.join(said.split())} (try {context.command_path if context else NAME} --help)"


def _owner(option: str | None, context: Any) -> str | None:
    """The command that has the option which this one lacks."""
    others = relatives(context) if option and context and context.parent else {}
    return next((name for name, one in others.items() if any(option in own.opts for own in one.params)), None)


def _complain(message: str, code: int) -> int:
    """On one line, whatever the name of a file or a text of the user's brings into the message."""
    with ending_on_ctrl_c():
        from reports.terminal import tell
        from scenarios.schema.files import printable
    tell(f"{NAME}: {printable(message)}")
    return code
