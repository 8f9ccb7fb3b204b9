"""The command line as a process: its start, and every foreseeable end in one line and an exit code."""

from __future__ import annotations

from seslab.ctrl_c import ending_on_ctrl_c, heed_other_ends

with ending_on_ctrl_c():
    import os
    import sys
    import traceback
    from contextlib import redirect_stderr, suppress
    from io import StringIO

    from scenarios.errors import BadInput, Interrupted, RunFailed
    from seslab import exit_codes, standard_streams
    from seslab.front_page import columns, front_page

NAME = "seslab"
MOST_OF_EACH_END = 2_000  # of a message: the path of a file may be long
COMPLETION = "_SESLAB_COMPLETE"  # so Typer's scripts for shells call it
ROOMS = ("seslab", "strategies", "scenarios", "sim", "loadtests", "reports")


def main() -> None:
    """Run the command line."""
    standard_streams.harden()
    heed_other_ends()
    if COMPLETION in os.environ:
        _complete()
    try:
        code = _ended(sys.argv[1:] or ["--help"])
    except Exception:  # a defect of ours, which must not look like code 1: to CI that is a verdict
        traceback.print_exc()
        code = exit_codes.FAILED
    sys.exit(_flushed(code))


def _ended(words: list[str]) -> int:
    """The exit code, whatever foreseeable end it was."""
    try:
        return _run(words)
    except BadInput as error:
        return _complain(str(error), exit_codes.USAGE)
    except RunFailed as error:
        return _complain(str(error), exit_codes.FAILED)
    except Interrupted as error:
        return _complain(str(error), exit_codes.INTERRUPTED)
    except KeyboardInterrupt:
        return _complain("interrupted", exit_codes.INTERRUPTED)
    except ModuleNotFoundError as error:
        return _complain(_missing(error), exit_codes.FAILED)
    except MemoryError:
        return _complain("memory ran out; use a smaller scenario, trace or file", exit_codes.FAILED)


def _flushed(code: int) -> int:
    """What is yet to be written may find the disk full."""
    try:
        sys.stdout.flush()
    except RunFailed as error:
        return _complain(str(error), exit_codes.FAILED)
    return code


def _run(words: list[str]) -> int:
    """The exit code of what the words ask for; the first page is there before any parser could be."""
    if words in (["-h"], ["--help"]):
        print(front_page(columns()), end="")
        return exit_codes.DONE
    with ending_on_ctrl_c():
        from seslab.app import run
    return run(words, NAME)


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
    if package == "dns":
        return "dnspython is not installed; preflight asks DNS with it: install seslab with its extra preflight"
    return f"{package} is not installed; real worlds need it: install seslab with its extra moto"


def _complain(message: str, code: int) -> int:
    """On one line, which has an end, whatever the name of a file or a text of the user's brings into the message."""
    with ending_on_ctrl_c():
        from reports.terminal import tell
        from scenarios.formats.quoted import printable
    tell(f"{NAME}: {_bounded(printable(message))}")
    return code


def _bounded(line: str) -> str:
    """Its beginning says where, its end what would be right."""
    return line if len(line) <= 2 * MOST_OF_EACH_END else f"{line[:MOST_OF_EACH_END]} … {line[-MOST_OF_EACH_END:]}"
