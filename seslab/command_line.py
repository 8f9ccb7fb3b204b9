"""The command line as a process: its start, and every foreseeable end in one line and an exit code."""

from __future__ import annotations

from seslab.ctrl_c import importing

with importing():
    import os
    import sys

    import typer

    from scenarios.errors import BadInput, Interrupted, RunFailed
    from seslab import exit_codes
    from seslab.app import app

ROOMS = ("seslab", "strategies", "scenarios", "sim", "loadtests", "reports")


def main() -> None:
    """Run the command line."""
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False) or exit_codes.DONE
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
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = exit_codes.DONE
    sys.exit(code)


def _missing(error: ModuleNotFoundError) -> str:
    """What real worlds need is an extra; anything else that is missing is a defect of ours."""
    package = (error.name or "").partition(".")[0]
    if package in (*sys.stdlib_module_names, *ROOMS):
        raise error
    if package in ("locust", "gevent", "hdrh"):
        return f"{package} is not installed; load tests need it: install seslab with its extra locust"
    return f"{package} is not installed; real worlds need it: install seslab with its extra moto"


def _usage(error: Exception) -> str:
    """Typer's words on one line."""
    said = getattr(error, "format_message", error.__str__)()
    return f"{' '.join(said.split())} (try seslab --help)"


def _complain(message: str, code: int) -> int:
    print(f"seslab: {message}", file=sys.stderr)
    return code
