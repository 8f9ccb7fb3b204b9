"""What earlier loads have left behind at a server that is not a run's own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.ledger.ledger import ACCOUNT, PAUSED, Ledger


def paused_before(ledger: Ledger) -> Iterator[str]:
    """Whose mail was refused as a paused sender's, though none of this run's mail was bad enough for that."""
    if ledger.delivered is None:
        return
    paused = ledger.calls["outcome"] == PAUSED
    for place, name in enumerate(ledger.accounts or ("",)):
        mine = paused & (ledger.calls[ACCOUNT] == place) if ACCOUNT in ledger.calls else paused
        judged = ledger.delivered.judged_of(name)
        if (count := int(np.count_nonzero(mine))) and judged is not None and judged.paused_s is None:
            whose = f"account {name}" if name else "the account"
            calls = f"{count} calls were" if count > 1 else "1 call was"
            yield (
                f"{ledger.strategy}: {calls} refused because {whose} had been paused by earlier mail; "
                "start seslab serve anew, or let it forget with POST /_seslab/start"
            )
