"""A wire between a program and a broker that a test can hold: what the broker says stays in it, and nobody is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.support.broker import Mosquitto, free_port


class Wires:
    """Every connection to `url` goes on to the broker. `held` says of what a client has sent so far whether the broker's
    side of its connection is held back."""

    def __init__(self, broker: Mosquitto) -> None:
        self._broker = broker
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.held: Callable[[bytes], bool] = lambda _said: False
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self._sockets: list[socket.socket] = [self._listening]
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._start(self._accept)

    def stop(self) -> None:
        self._stopping.set()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, run: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._stopping.is_set():
                client, _ = self._listening.accept()
                broker = socket.create_connection(("127.0.0.1", self._broker.port))
                self._sockets += [client, broker]
                said = bytearray()
                self._start(self._pump, client, broker, said, False)
                self._start(self._pump, broker, client, said, True)

    def _pump(self, source: socket.socket, sink: socket.socket, said: bytearray, from_broker: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if not from_broker:
                    said += data
                while from_broker and self.held(bytes(said)) and not self._stopping.wait(0.02):
                    pass
                sink.sendall(data)
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def wires(broker: Mosquitto) -> Iterator[Wires]:
    found = Wires(broker)
    try:
        yield found
    finally:
        found.stop()
