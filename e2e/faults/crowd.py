"""Hundreds of honest clients over all nodes: each refreshes what it has, and asks again until it is answered."""

import asyncio
import os
import threading

from connections import Node, now
from deployment import PASSWORD
from history import OWNER, REFRESH, REVOKE, SIGN_IN, THIEF, Call
from processes import wait_until

STRICT = os.environ.get("TYKVA_FAULTS") == "all"
"""The figures of docs/reliability.md are of a machine that does nothing else."""
TIMEOUT = 15 if STRICT else 35
"""How long a client waits for an answer: longer than any may take."""
PAUSE = (0.4, 1.2)
"""Between two refreshes of one client."""
AGAIN = (0.1, 0.4)
"""Before the same is asked again."""
SIGN_INS_AT_ONCE = 4


class Family:
    """What one client holds: every refresh token that it was ever given."""

    def __init__(self, number):
        self.number = number
        self.tokens = []
        self.over = False


class Crowd:
    """Used as a context; its clients live on a thread of their own."""

    def __init__(self, ports, chance, window=60):
        self.nodes = [Node(port) for port in ports]
        self.chance = chance
        self.window = window
        self.families = []
        self.history = []
        self.acknowledged = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._lives = []
        self._going = False

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # What a test tells it to do.

    def sign_in(self, count):
        """New families, which begin to live when the others do, or at once."""
        made = [Family(len(self.families) + n) for n in range(count)]
        self._run(self._sign_in(made))
        self.families += made
        if self._going:
            self._run(self._begin(made))
        return made

    def start(self):
        self._going = True
        self._run(self._begin(self.families))

    def stop(self):
        """Every client ends with an answer, or gives up."""
        self._going = False
        self._run(self._stopped())

    def wait_for_refreshes(self, count, seconds=60):
        """Until every living family was refreshed so many times more."""
        wanted = {family: len(family.tokens) + count for family in self.families}
        wait_until(
            lambda: all(family.over or len(family.tokens) >= wanted[family] for family in self.families), seconds,
            f"{count} refreshes of each family")

    def wait_for_answers(self, count, seconds=20):
        """Until so many more requests were acknowledged, whoever asked."""
        wanted = self.acknowledged + count
        wait_until(lambda: self.acknowledged >= wanted, seconds, f"{count} acknowledged requests")

    def revoke(self, count):
        """Ends some living families by their owners' will, and returns them."""
        chosen = self.chance.sample([family for family in self.families if not family.over], count)
        self._run(self._each(chosen, self._revoke))
        return chosen

    def refresh_all(self, times):
        """Every family that is not over is refreshed, all of them beside each other."""
        for _ in range(times):
            self._run(self._each([family for family in self.families if not family.over], self._refresh))

    def try_again(self, families):
        """Those that are over ask once more with what they have; nothing is retried."""
        self._run(self._each(families, lambda family: self._ask(family, REFRESH, family.tokens[-1])))

    def replay(self, count):
        """For a sample of the families a thief presents a token two behind; then the owner goes on."""
        able = [family for family in self.families if not family.over and len(family.tokens) >= 3]
        chosen = self.chance.sample(able, min(count, len(able)))
        self._run(self._each(chosen, self._steal))
        return chosen

    # How it is done.

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _each(self, families, work, at_once=32):
        places = asyncio.Semaphore(at_once)

        async def one(family):
            async with places:
                await work(family)

        await asyncio.gather(*(one(family) for family in families))

    async def _begin(self, families):
        self._lives += [self._loop.create_task(self._live(family)) for family in families]

    async def _stopped(self):
        lives, self._lives = self._lives, []
        await asyncio.gather(*lives)

    async def _end(self):
        self._going = False
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)
        for node in self.nodes:
            node.close()

    async def _live(self, family):
        await asyncio.sleep(self.chance.uniform(0, PAUSE[1]))
        while self._going and not family.over:
            await self._refresh(family)
            await asyncio.sleep(self.chance.uniform(*PAUSE))

    async def _refresh(self, family):
        """Asks with one and the same token, of this node or another, until there is an answer or W is over."""
        token, began = family.tokens[-1], now()
        while now() - began < self.window and not family.over:
            call = await self._ask(family, REFRESH, token)
            if not call.failed:
                return
            await asyncio.sleep(self.chance.uniform(*AGAIN))

    async def _sign_in(self, families):
        async def one(family):
            began = now()
            while not family.tokens:
                assert now() - began < self.window, "nobody can sign in"
                await self._ask(family, SIGN_IN)

        await self._each(families, one, SIGN_INS_AT_ONCE)

    async def _revoke(self, family):
        family.over = True
        began = now()
        while now() - began < self.window:
            call = await self._ask(family, REVOKE, family.tokens[-1])
            if not call.failed:
                return
            await asyncio.sleep(self.chance.uniform(*AGAIN))

    async def _steal(self, family):
        """An answer that says nothing is asked for again, as a thief would."""
        stolen = family.tokens[-3]
        while (await self._ask(family, REFRESH, stolen, by=THIEF)).failed:
            await asyncio.sleep(self.chance.uniform(*AGAIN))
        await self._refresh(family)

    async def _ask(self, family, action, token=None, by=OWNER):
        """One request of any node, and its place in the history."""
        number = self.chance.randrange(len(self.nodes))
        path, form = _request(action, token)
        began = now()
        answer = await self.nodes[number].post(path, form, "Thief/6.6" if by == THIEF else "Crowd/1.0", TIMEOUT)
        known = {"family": family.number, "node": number, "began": began, "ended": now(), "presented": token, "action": action, "by": by}
        if isinstance(answer, str):
            call = Call(**known, error=answer)
        else:
            call = Call(
                **known, status=answer.status, error=answer.body.get("error"), retry_after=answer.retry_after,
                received=answer.body.get("refresh_token"))
        self.history.append(call)
        self.acknowledged += call.acknowledged
        if by == OWNER and call.acknowledged and call.received:
            family.tokens.append(call.received)
        elif by == OWNER and call.refused:
            family.over = True
        return call


def _request(action, token):
    if action == REVOKE:
        return "/revoke", {"client_id": "app", "token": token}
    if action == REFRESH:
        return "/token", {"client_id": "app", "grant_type": "refresh_token", "refresh_token": token}
    return "/token", {"client_id": "app", "grant_type": "password", "username": "boris", "password": PASSWORD}
