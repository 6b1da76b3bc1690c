"""The port that the service listens on, apart from who answers there at the moment."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from scoring.errors import ConfigError

BACKLOG = 256
"""Connections that wait in the kernel while nobody accepts them."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Open sockets, one for each address of the host, and the address that people open.

    `monitoring`: the address that monitoring asks, where it has one of its own.
    """

    sockets: tuple[socket.socket, ...]
    address: str
    monitoring: str = ""

    def close(self) -> None:
        """Take no connection any more; whoever still serves here keeps those that are open."""
        for one in self.sockets:
            one.close()


@contextmanager
def listening(
    host: str, port: int, *, monitoring: tuple[str, int] | None = None
) -> Iterator[Listener]:
    """Listen until left; port 0 takes a free one. ConfigError when that cannot be had."""
    with ExitStack() as stack:
        sockets = _bound(stack, "http.port", host, port)
        address = _address(host, sockets)
        if monitoring is None:
            yield Listener(tuple(sockets), address)
            return
        more = _bound(stack, "http.monitoring", *monitoring)
        yield Listener((*sockets, *more), address, _address(monitoring[0], more))


def _bound(stack: ExitStack, key: str, host: str, port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            one = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            taken = sockets[0].getsockname()[1] if sockets else port
            one.bind((address, taken))
            one.listen(BACKLOG)
            one.setblocking(False)
            sockets.append(one)
    except OSError as fault:
        raise ConfigError(
            [
                f"{key}: {host}:{port} cannot be listened on: {fault.strerror}; "
                "choose another [http] host or port, or end what uses it"
            ]
        ) from None
    return sockets


def _address(host: str, sockets: list[socket.socket]) -> str:
    return f"http://{_shown(host)}:{sockets[0].getsockname()[1]}"


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((each[0], str(each[4][0])) for each in found))


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
