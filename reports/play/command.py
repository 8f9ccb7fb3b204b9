"""`seslab play`: serves the page on this machine until it is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from reports.play.answering import Answering
from reports.play.document import document
from reports.play.dropped import plain
from reports.play.knobs import knobs
from reports.play.server import MOST_BYTES, PlayServer
from reports.play.simulator import Simulation, Simulator
from reports.play.trace_files import TraceFiles
from scenarios.errors import BadInput
from scenarios.schema.files import catalogue, find, read_table
from scenarios.schema.strategy_references import plugged_in
from scenarios.system.held import temporary_folder
from strategies.registry import STRATEGIES

LOOPBACK = "127.0.0.1"
MOST_CONNECTIONS = 64
PATIENCE_S = 2


def play(
    source: str, contenders: Sequence[str], port: int, simulation: Simulation, tell: Callable[[str], None]
) -> None:
    """Serve until Ctrl-C or SIGTERM, the normal ends of a server. Raises BadInput where it cannot listen."""
    path = find(source)
    table = plugged_in(read_table(path), path)
    with _listening(port) as listener, temporary_folder("seslab-play-") as folder:
        simulator = Simulator(simulation)
        try:
            files = TraceFiles(folder, _traces(table, path.parent))
            page = document(_begin(path.stem, table, contenders))
            app = PlayServer(page, Answering(simulator, files), files).application()
            tell(f"seslab play listens at http://{LOOPBACK}:{listener.getsockname()[1]}/")
            tell("open it in a browser of this machine; stop with Ctrl-C")
            _serve(app, listener, simulator)
        except KeyboardInterrupt:
            tell("stopped")
        finally:
            simulator.close()


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        reason = str(error.strerror or error).lower().partition(" (while")[0]
        raise BadInput(f"--port = {port}: cannot listen on {LOOPBACK}: {reason}; name another port") from error


def _serve(app: Any, listener: socket.socket, simulator: Simulator) -> None:
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=PATIENCE_S,
    )
    _Server(config, simulator).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends simulations first: answers wait for them, and the end for answers."""

    def __init__(self, config: uvicorn.Config, simulator: Simulator) -> None:
        super().__init__(config)
        self._simulator = simulator

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by Ctrl-C, whatever the program is at."""
        self._simulator.end()
        super().handle_exit(sig, frame)


def _begin(name: str, table: dict[str, Any], contenders: Sequence[str]) -> dict[str, Any]:
    """What the page knows from the first: its controls, who there is, what to begin with."""
    return {
        "knobs": knobs(),
        "strategies": [
            {"name": name, "says": str(module.__doc__).strip().partition("\n")[0]}
            for name, module in STRATEGIES.items()
        ],
        "scenarios": [_of_catalogue(one) for one in catalogue()],
        "most_bytes": MOST_BYTES,
        "question": {"name": name, "scenario": plain(table, name), "contenders": [*contenders], "replications": 1},
    }


def _of_catalogue(name: str) -> dict[str, Any]:
    table = read_table(find(name))
    return {"name": name, "says": table.get("description", ""), "scenario": plain(table, name)}


def _traces(table: dict[str, Any], base: Path) -> dict[str, Path]:
    """The files that the scenario names, by the words it has for them."""
    traffic = [one for key in ("workload", "neighbour") for one in table.get(key, ())]
    return {one["path"]: (base / one["path"]).absolute() for one in traffic if "path" in one}
