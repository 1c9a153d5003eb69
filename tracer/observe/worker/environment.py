"""The same surroundings for every pass of a scenario: seeds set, the network out of reach."""

from __future__ import annotations

import errno
import random
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

_LOCAL_HOSTS = frozenset({"", "localhost", "0.0.0.0", "::1", "::"})  # noqa: S104 - compared with, never bound to


def settle(seed: int) -> Callable[[ModuleType], None]:
    """Seed what is loaded and cut the network; the returned function does so for a module just imported.

    Nothing is imported that the program would not import itself.
    """
    random.seed(seed)

    def look(module: ModuleType) -> None:
        if module.__name__ == "numpy.random":
            module.seed(seed)
        elif module.__name__ == "torch":
            module.manual_seed(seed)
        elif module.__name__ == "socket":
            _cut_network(module)

    if (loaded := sys.modules.get("socket")) is not None:
        _cut_network(loaded)
    return look


def _cut_network(socket: ModuleType) -> None:
    """Let sockets reach this machine only."""
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, _local_only(getattr(socket.socket, name)))
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **keywords: Any) -> Any:
        _refuse_remote((host,))
        return look_up(host, *arguments, **keywords)

    vars(socket)["getaddrinfo"] = getaddrinfo


def _local_only(method: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: Any, *arguments: Any) -> Any:
        _refuse_remote(arguments[-1])
        return method(self, *arguments)

    return guarded


def _refuse_remote(address: Any) -> None:
    if not isinstance(address, tuple):
        return  # a Unix socket's path
    host = address[0].decode() if isinstance(address[0], bytes) else str(address[0] or "")
    if host not in _LOCAL_HOSTS and not host.startswith("127."):
        raise OSError(errno.ENETUNREACH, f"a scenario has no network: {host}")
