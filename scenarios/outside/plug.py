"""Plugs strategies in: what is plugged into this process is known by its name, like seslab's own."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from scenarios.entry import USERS
from scenarios.errors import BadInput
from scenarios.outside.blame import told
from scenarios.outside.bundle import Bundle
from scenarios.outside.find import found
from scenarios.outside.importer import forget, imported
from scenarios.outside.patience import impatient
from scenarios.outside.shape import refuse_malformed
from strategies.raised import Raised
from strategies.registry import STRATEGIES

_PLUGGED: dict[str, Bundle] = {}


def named(word: str, base: Path | None = None) -> str:
    """The name of what a reference or an entry point leads to, plugged in now; any other word as it is.

    Raises BadInput.
    """
    bundle = None if word in STRATEGIES else found(word, base)
    if bundle is None:
        return word
    plug([bundle])
    return bundle.name


def plug(bundles: Iterable[Bundle]) -> None:
    """Make strategies known in this process; again, the same ones change nothing. Raises BadInput."""
    for bundle in bundles:
        known = _PLUGGED.get(bundle.name)
        if known is None or known.files != bundle.files:
            _refuse_taken(bundle)
            STRATEGIES[bundle.name] = _checked(bundle)
            _PLUGGED[bundle.name] = bundle


def unplug(name: str) -> None:
    """Forget a strategy from outside."""
    forget(_PLUGGED.pop(name))
    del STRATEGIES[name]


@contextmanager
def plugged_in_here(bundles: Sequence[Bundle]) -> Iterator[None]:
    """Known inside the block alone; what has one of their names meanwhile steps aside. Raises BadInput."""
    aside = {one.name: (STRATEGIES.pop(one.name), _PLUGGED.pop(one.name)) for one in bundles if one.name in _PLUGGED}
    try:
        plug(bundles)
        yield
    finally:
        for one in bundles:
            if one.name in _PLUGGED:
                unplug(one.name)
        for name, (module, bundle) in aside.items():
            STRATEGIES[name], _PLUGGED[name], sys.modules[bundle.module] = module, bundle, module


def plugged() -> tuple[Bundle, ...]:
    """What other processes must plug in to know the same strategies."""
    return tuple(_PLUGGED.values())


def bundle_of(name: str) -> Bundle | None:
    """None for a strategy of seslab's own."""
    return _PLUGGED.get(name)


def _refuse_taken(bundle: Bundle) -> None:
    if bundle.name in (*STRATEGIES, *USERS):
        owner = _PLUGGED[bundle.name].reference if bundle.name in _PLUGGED else "seslab itself"
        raise BadInput(f"{bundle.reference}: {owner} has a sender {bundle.name!r}; give this one another name")


def _checked(bundle: Bundle) -> ModuleType:
    try:
        with impatient(bundle):
            module = imported(bundle)
    except (BadInput, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise BadInput(told(bundle, Raised.of(error))) from error
    try:
        refuse_malformed(module, bundle.reference)
    except BadInput:
        forget(bundle)
        raise
    return module
