"""Many refreshes at once from one thread: so that the server, and not this program, is what is tried."""

import json
import selectors
import socket
import time
import urllib.parse

from processes import PATIENCE


class Exchange:
    """One connection to the server: a refresh, its answer, and so on."""

    def __init__(self, port, token, client="app", agent="e2e"):
        self.token = token
        self.client = client
        self.agent = agent
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""

    def send(self, token=None):
        form = urllib.parse.urlencode({
            "grant_type": "refresh_token", "client_id": self.client, "refresh_token": token or self.token})
        self.socket.sendall((
            f"POST /token HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {self.agent}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n{form}").encode())

    def receive(self):
        """(status, body) when the answer has come whole, else None.

        Raises ConnectionError when the server has closed the connection.
        """
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionResetError
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return None
        lines = head.decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:])
        length = int(fields["content-length"])
        if len(rest) < length:
            return None
        self._received = rest[length:]
        return int(lines[0].split()[1]), json.loads(rest[:length])

    def close(self):
        self.socket.close()


def run(exchanges, rounds, seconds=PATIENCE, on_answer=None):
    """Each exchange refreshes `rounds` times, all of them at once; each with the token of its last answer.

    Returns the answers as (exchange, status, body); ends early when the server goes away.
    """
    answers = []
    left = {exchange: rounds for exchange in exchanges}
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for exchange in exchanges:
            selector.register(exchange.socket, selectors.EVENT_READ, exchange)
        for exchange in exchanges:
            exchange.send()
        while left:
            assert time.monotonic() < end, f"{len(left)} clients have no answer after {seconds} s"
            for key, _ in selector.select(1):
                exchange = key.data
                try:
                    answer = exchange.receive()
                    if answer is None:
                        continue
                    status, body = answer
                    answers.append((exchange, status, body))
                    exchange.token = body.get("refresh_token", exchange.token)
                    if on_answer:
                        on_answer(exchange, status, body)
                    left[exchange] -= 1
                    if left[exchange]:
                        exchange.send()
                        continue
                except (ConnectionError, socket.timeout):
                    pass
                del left[exchange]
                selector.unregister(exchange.socket)
    return answers
