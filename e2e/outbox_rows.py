"""A long outbox: messages that are put into a SQLite store by hand, before its server starts."""

import contextlib
import json
import sqlite3
import time


def fill_with_mails(deployment, count, user="anna"):
    """New devices of one user, told to as many addresses."""
    with contextlib.closing(sqlite3.connect(deployment.data / "tykva.sqlite")) as database, database:
        (account,) = database.execute("SELECT id FROM account WHERE name = ?", (user,)).fetchone()
        _events(database, count, "new_device", account)
        now = int(time.time() * 1000)
        database.executemany(
            "INSERT INTO outbox (id, event_id, kind, payload, account_id, created_at, next_attempt_at, attempts)"
            " VALUES (?, ?, 'mail', ?, ?, ?, ?, 0)",
            ((f"m_{number:032x}", f"e_{number:032x}",
              json.dumps({"kind": "new_device", "sub": account, "to": f"anna+{number}@example.com"}), account, now, now)
             for number in range(count)))


def fill_with_events(deployment, count, webhook):
    """Failed sign-ins, for a webhook."""
    with contextlib.closing(sqlite3.connect(deployment.data / "tykva.sqlite")) as database, database:
        _events(database, count, "sign_in_failed", None)
        now = int(time.time() * 1000)
        database.executemany(
            "INSERT INTO outbox (id, event_id, kind, payload, webhook_id, created_at, next_attempt_at, attempts)"
            " VALUES (?, ?, 'webhook', '{}', ?, ?, ?, 0)",
            ((f"m_{number:032x}", f"e_{number:032x}", webhook, now, now) for number in range(count)))


def _events(database, count, type, account):
    now = int(time.time() * 1000)
    database.executemany(
        "INSERT INTO event (id, at, type, account_id, address, agent, request_id, detail)"
        " VALUES (?, ?, ?, ?, '192.0.2.1', 'Browser/1', '', '{}')",
        ((f"e_{number:032x}", now, type, account) for number in range(count)))


def undelivered(deployment):
    with contextlib.closing(sqlite3.connect(deployment.data / "tykva.sqlite", timeout=30)) as database:
        return database.execute("SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL").fetchone()[0]
