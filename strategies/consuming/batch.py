"""What a function does with the batch that an event source mapping hands it."""

from __future__ import annotations

from strategies.parts import everyone
from strategies.ports import Ports, Received, SendError


async def send_each(ports: Ports, batch: list[Received]) -> list[str]:
    """Send a batch one mail after the other; the ids of the messages that SES did not confirm."""
    failed = []
    for message in batch:
        try:
            await ports.mailer.send(message.mail, everyone(message.mail))
        except SendError:
            failed.append(message.message_id)
    return failed
