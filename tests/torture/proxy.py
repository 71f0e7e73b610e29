"""A TCP proxy whose connections can be cut, as a firewall or a lost network does."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pytest_nself.core.dsn import Dsn

_RESET = struct.pack("ii", 1, 0)  # close() sends a reset


class Proxy:
    """Passes bytes on to a server until it is told to cut."""

    def __init__(self, dsn: Dsn, listener: socket.socket) -> None:
        self._to = (dsn.host, dsn.port)
        self._listener = listener
        self._open: list[socket.socket] = []
        self.dsn = dsn.replace(port=listener.getsockname()[1])

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._to)
            except OSError:
                return
            self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def cut(self) -> None:
        """Reset all connections; new ones are taken again."""
        for one in self._open:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            try:
                one.shutdown(socket.SHUT_RD)  # wakes up the thread that reads
            except OSError:
                pass
            one.close()
        self._open.clear()

    @staticmethod
    def _pass_on(one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@contextmanager
def proxy(dsn: Dsn) -> Iterator[Proxy]:
    """A proxy in front of the server, for the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Proxy(dsn, listener)
        thread = threading.Thread(target=made.serve)
        thread.start()
        try:
            yield made
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            made.cut()
            thread.join()
