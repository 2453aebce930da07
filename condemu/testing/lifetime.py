"""The beginning and the end of an activation: what is caught and what the environment says while any is active."""

from __future__ import annotations

from condemu.testing import environment, interception
from condemu.testing.activation import Activation, active, here_now, innermost_here, lock


def begin(activation: Activation, variables: dict[str, str] | None) -> None:
    """From now on this process's calls are answered. Without `variables` the environment stays as it is."""
    activation.outer = innermost_here()
    with lock:
        if variables is not None:
            activation.saved = environment.enter(variables)
            activation.session = environment.set_session_aside()
            activation.configured = environment.configured_hosts(activation.saved)
        if not active:
            interception.install()
        active.append(activation)
    here_now.set(activation)


def end(activation: Activation) -> None:
    """The environment is as it was before; the last one to end takes the interception away."""
    with lock:
        activation.active = False
        position = active.index(activation)
        if activation.saved:
            heir = next((other for other in active[position + 1 :] if other.saved), None)
            if heir is None:
                environment.leave(activation.saved)
                environment.put_session_back(activation.session)
            else:
                heir.saved = {**heir.saved, **activation.saved}
                heir.session = activation.session
        del active[position]
        if not active:
            interception.uninstall()
    here_now.set(innermost_here())
