"""`seslab report` and `seslab diff`: what is made of the folders of runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seslab import completion
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import AsJson, Summary
from strategies.registry import STRATEGIES

if TYPE_CHECKING:
    from scenarios.ledger.ledger import Ledger


def report(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="the --out folder of compare or robust")],
) -> None:
    """Draw a kept run's figures again, and show its table.

    $ seslab report run
    """
    with ending_on_ctrl_c():
        from reports.robust import folder as robust_folder
    if robust_folder.is_kept_in(run_dir):
        _report_robustness(run_dir)
    else:
        _report_comparison(run_dir)


def _report_comparison(run_dir: Path) -> None:
    with ending_on_ctrl_c():
        from reports.compare import command, folder
    kept = folder.document(run_dir)
    command.show(kept, as_json=False)
    folder.draw(run_dir, kept)


def _report_robustness(run_dir: Path) -> None:
    with ending_on_ctrl_c():
        from reports.robust import command, folder
    kept = folder.document(run_dir)
    command.show(kept, as_json=False)
    folder.draw(run_dir, kept)


def diff(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="the --out folder of a run, in whatever world")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="another")],
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            "--strategy",
            "-s",
            metavar="NAME",
            autocompletion=completion.words(STRATEGIES),
            show_default="those that both have",
            help="a strategy of both, or A=B: one of each; may be repeated",
        ),
    ] = None,
    summary: Summary = None,
    json: AsJson = False,
) -> None:
    """Set two kept runs side by side.

    $ seslab diff run again
    """
    with ending_on_ctrl_c():
        from reports import files, terminal
        from reports.compare import folder
        from reports.diff import document as diffing
        from reports.diff import table
        from reports.diff.changed_keys import keys_of
    a, b = map(folder.document, (run_a, run_b))
    kept = [
        (f"a file of {name}", path) for name, run in (("RUN_A", run_a), ("RUN_B", run_b)) for path in run.rglob("*")
    ]
    files.refuse_taken({"--summary": summary}, kept)
    if summary is not None:
        files.refuse_unwritable("--summary", summary)
    asked = keys_of(run_a), keys_of(run_b)
    document = diffing.document(a, b, strategy or (), partial(_ledger, {"a": run_a, "b": run_b}), asked)
    if summary is not None:
        files.append(summary, table.markdown(document))
    terminal.present(document, json, table.table(document), table.sentences(document))


def _ledger(folders: Mapping[str, Path], side: str, strategy: str) -> Ledger | None:
    from scenarios.ledger import names, store

    return store.read(folders[side], strategy) if names.has(folders[side], strategy) else None
