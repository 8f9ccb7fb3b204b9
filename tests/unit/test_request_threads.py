"""Requests in threads of their own: they outlive whoever waits for them, and are counted until they end."""

from __future__ import annotations

import asyncio
from threading import Event

from loadtests.ports.request_threads import RequestThreads


def test_what_has_begun_ends_and_what_has_not_never_begins() -> None:
    """With one connection and two requests, closing lets the first go on, unheard, and takes the second back."""
    begun, may_end, ended = Event(), Event(), list[str]()

    def request(name: str) -> None:
        begun.set()
        may_end.wait()
        ended.append(name)

    async def script(wire: RequestThreads) -> None:
        waiting = [asyncio.ensure_future(wire.carry(request, name)) for name in ("first", "second")]  # noqa: TID251
        await asyncio.to_thread(begun.wait)
        for future in waiting:
            future.cancel()
        wire.close()
        assert not wire.is_quiet

    wire = RequestThreads(1)
    asyncio.run(script(wire))
    may_end.set()
    while not wire.is_quiet:
        pass
    assert ended == ["first"]


def test_an_error_is_for_whoever_waits_and_ends_the_request_too() -> None:
    """What a request raises arrives at its caller, and the wire is quiet again."""
    wire = RequestThreads(1)

    async def script() -> int | BaseException:
        return (await asyncio.gather(wire.carry(int, "no number"), return_exceptions=True))[0]

    assert isinstance(asyncio.run(script()), ValueError)
    wire.close()
    assert wire.is_quiet
