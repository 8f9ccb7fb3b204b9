"""`seslab report` and `seslab diff`: what is made of the folders of runs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seslab import completion
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import AsJson, PageOut, Summary
from strategies.registry import STRATEGIES

if TYPE_CHECKING:
    from reports.diff.several import Kept
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
    run_b: Annotated[list[Path], typer.Argument(metavar="RUN_B...", help="another, or several, each beside RUN_A")],
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            "--strategy",
            "-s",
            metavar="NAME",
            autocompletion=completion.words(STRATEGIES),
            show_default="those that both have",
            help="a strategy of all, or A=B: one of each; may be repeated",
        ),
    ] = None,
    out: PageOut = None,
    summary: Summary = None,
    json: AsJson = False,
) -> None:
    """Set kept runs side by side.

    $ seslab diff run again
    """
    with ending_on_ctrl_c():
        from reports import files, terminal
        from reports.compare import folder
        from reports.diff import several, several_table, table
        from reports.diff.page import page_of
        from reports.running.keeping import DIFF, REPORT, keep_texts
    directories = [run_a, *run_b]
    runs = [_kept(directory) for directory in directories]
    read = [(f"a file of {directory}", path) for directory in directories for path in directory.rglob("*")]
    files.refuse_taken({"--summary": summary}, read)
    if summary is not None:
        files.refuse_unwritable("--summary", summary)
    with folder.alone_in(out):
        if out is not None:
            folder.prepare(out, read=read, document=DIFF)
        document = several.document(runs, strategy or ())
        shown = several_table if "others" in document else table
        sheet, said = shown.table(document), shown.sentences(document)
        if out is not None:
            keep_texts(out, DIFF, {DIFF: terminal.to_json(document), REPORT: page_of(document, sheet, said)})
    if summary is not None:
        files.append(summary, shown.markdown(document))
    terminal.present(document, json, sheet, said)


def _kept(directory: Path) -> Kept:
    with ending_on_ctrl_c():
        from reports.compare import folder
        from reports.diff.changed_keys import keys_of
        from reports.diff.several import Kept
    return Kept(str(directory), folder.document(directory), partial(_ledger, directory), keys_of(directory))


def _ledger(directory: Path, strategy: str) -> Ledger | None:
    from scenarios.ledger import names, store

    return store.read(directory, strategy) if names.has(directory, strategy) else None
