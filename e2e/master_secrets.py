"""Master secrets of a deployment: their file, the commands about them, and what was made under which."""

import base64
import contextlib
import sqlite3

NOTICE_SECONDS = 15
# For as long as it takes; the commands go on as soon as every node has heard of it.
WAIT = ("--wait", "60")
WINDOW = {"TYKVA_RETRY_WINDOW": "5m", "TYKVA_RETRY_WINDOW_OTHER": "5m"}


def lines(path):
    """The secrets of a file by their numbers."""
    text = path.read_text().strip()
    pairs = [line.split(":") if ":" in line else ("1", line) for line in text.splitlines()]
    return {int(number): value for number, value in pairs}


def write_line(deployment, number, path=None, value=None):
    """What an operator does by hand: one more line in the file, in the place of the old one."""
    path = path or deployment.secret_path
    values = lines(path) | {number: value or deployment.tykva("secret", "new", data=False).strip()}
    new = path.with_name("written-by-hand")
    new.touch(mode=0o600)
    new.write_text("".join(f"{number}:{value}\n" for number, value in sorted(values.items())))
    new.rename(path)
    return values[number]


def listed(deployment):
    return {line["number"]: line for line in deployment.json("secret", "list")}


def key_number(token):
    """Which master secret a refresh token was made under (docs/refresh.md)."""
    return base64.urlsafe_b64decode(token.removeprefix("tkvr_"))[1]


def add(deployment, number=2):
    if deployment.data:
        assert deployment.json("secret", "add", str(number), *WAIT)["added"]
    else:
        write_line(deployment, number)
        assert deployment.json("secret", "add", *WAIT) == {"number": number, "made": False, "added": True}


def pass_time(deployment, seconds):
    """For what needs a master secret so much time passes at once."""
    for table, columns in (
        ("token_family", ("idle_expires_at", "expires_at", "rotated_at")), ("master_secret", ("retired_at",))):
        moved = ", ".join(f"{column} = {column} - {round(seconds * 1000)}" for column in columns)
        deployment.execute(f"UPDATE {table} SET {moved}")


def damage_key(deployment, kid):
    if deployment.data:
        with contextlib.closing(sqlite3.connect(deployment.data / "tykva.sqlite")) as database:
            box, = database.execute("SELECT sealed_private FROM signing_key WHERE id = ?", (kid,)).fetchone()
            box = box[:20] + bytes([box[20] ^ 1]) + box[21:]
            database.execute("UPDATE signing_key SET sealed_private = ? WHERE id = ?", (box, kid))
            database.commit()
    else:
        deployment.server.sql(
            "UPDATE signing_key SET sealed_private = set_byte(sealed_private, 20, get_byte(sealed_private, 20) # 1) "
            f"WHERE id = '{kid}'", deployment.database)
