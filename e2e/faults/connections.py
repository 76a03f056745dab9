"""HTTP/1.1 to several nodes without a library: one loop, kept connections, every failure by its kind."""

import asyncio
import json
import time
import urllib.parse


class Answer:
    def __init__(self, status, fields, body):
        self.status = status
        self.retry_after = fields.get("retry-after")
        try:
            self.body = json.loads(body) if body else {}
        except ValueError:
            self.body = {}


class Node:
    """The connections to one node that no request uses at the moment."""

    def __init__(self, port):
        self.port = port
        self._idle = []

    async def post(self, path, form, agent, seconds):
        """The answer, or the kind of failure as text. Never tries twice: whoever asks has to know of each."""
        try:
            async with asyncio.timeout(seconds):
                return await self._post(path, form, agent)
        except TimeoutError:
            return "timeout"
        except ConnectionRefusedError:
            return "connection refused"
        except (OSError, EOFError, ValueError):
            return "connection lost"

    async def _post(self, path, form, agent):
        reader, writer = await self._connection()
        kept = False
        try:
            body = urllib.parse.urlencode(form)
            writer.write((
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {agent}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            answer = Answer(int(head[0].split()[1]), fields, await reader.readexactly(int(fields["content-length"])))
            kept = fields.get("connection") != "close"
            return answer
        finally:
            if kept:
                self._idle.append((reader, writer))
            else:
                writer.close()

    async def _connection(self):
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self.port)

    def close(self):
        while self._idle:
            self._idle.pop()[1].close()


now = time.monotonic
