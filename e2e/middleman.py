"""What a database's address may turn out to be: a server that says nothing, or nonsense; and a way that breaks."""

import contextlib
import os
import select
import socket
import threading
import time


class Listener:
    """A loopback port of the tests' own, with a thread for each connection."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _accept(self):
        self._socket.settimeout(0.1)
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._socket.accept()
                thread = threading.Thread(target=self._serve_quietly, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve_quietly(self, connection):
        with connection, contextlib.suppress(OSError):
            self.serve(connection)

    def is_over(self, seconds=0.0):
        return self._ended.wait(seconds)


def greeted(connection):
    """Reads until the client says who it is; the encryption that it asks for before is refused."""
    while connection.recv(65536)[:8] in (b"\0\0\0\x08\x04\xd2\x16\x2f", b"\0\0\0\x08\x04\xd2\x16\x30"):
        connection.sendall(b"N")


class Mute(Listener):
    """Takes connections and what is sent, and never answers."""

    def serve(self, connection):
        connection.settimeout(0.1)
        while not self.is_over():
            with contextlib.suppress(TimeoutError):
                if not connection.recv(65536):
                    return


class Garbage(Listener):
    """Answers whatever it is asked with bytes that are no protocol of any server."""

    def serve(self, connection):
        connection.recv(65536)
        while not self.is_over(0.01):
            connection.sendall(os.urandom(4096))


class AlmostPostgres(Listener):
    """Lets anybody in, and answers the first question with an endless row that never comes whole."""

    def serve(self, connection):
        greeted(connection)
        connection.sendall(b"R\0\0\0\x08\0\0\0\0" + b"Z\0\0\0\x05I")
        connection.recv(65536)
        connection.sendall(b"D\x3f\xff\xff\xff")
        while not self.is_over(0.01):
            connection.sendall(b"x" * 65536)


class WebServer(Listener):
    """Speaks another protocol."""

    def serve(self, connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


class Dripping(Listener):
    """Answers as PostgreSQL would, one byte a second."""

    def serve(self, connection):
        greeted(connection)
        for byte in b"R\0\0\0\x08\0\0\0\0" * 100:
            if self.is_over(1):
                return
            connection.sendall(bytes([byte]))


class Closing(Listener):
    """Ends every connection as soon as something is said."""

    def serve(self, connection):
        connection.recv(65536)


class Middleman(Listener):
    """The way to a real server, until `mode` says otherwise: "pass", "mute", "garbage" (to the client), "closed"."""

    def __init__(self, port):
        self.server_port = port
        self.mode = "pass"
        super().__init__()

    def serve(self, connection):
        if self.mode == "closed":
            return
        with socket.create_connection(("127.0.0.1", self.server_port)) as server:
            other = {connection: server, server: connection}
            while not self.is_over() and self.mode != "closed":
                if self.mode == "mute":
                    time.sleep(0.05)
                    continue
                for ready in select.select([connection, server], [], [], 0.05)[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    garbled = self.mode == "garbage" and ready is server
                    other[ready].sendall(os.urandom(len(data)) if garbled else data)
