"""What a message is made of, read again by Python's e-mail package: nothing in a text gets out of its place."""

import email
import json
import re
import subprocess
import unicodedata
from email.header import decode_header, make_header

import pytest

from mail_servers import parsed
from processes import binary, clean_environment

NAMES = {
    "plain": "Anna Berg",
    "Russian": "Анна Тыквина",
    "markup": "<script>alert(1)</script> & \"quotes\" 'n' \\back\\slashes\\",
    "a header": "Anna\r\nBcc: evil@example.com\r\nX-Evil: 1",
    "the end of the header": "Anna\r\n\r\nThis is the body now",
    "the end of the message": "Anna\r\n.\r\nQUIT\r\n",
    "a bare LF": "Anna\nBcc: evil@example.com",
    "a bare CR": "Anna\rBcc: evil@example.com",
    "other ends of lines": "Anna\u2028Bcc: a@b.example\u2029Bcc: c@d.example\u0085Bcc: e@f.example\x0b\x0cx",
    "control characters": "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)])) + "x",
    "right to left": "\u202emoc.elpmaxe@live\u202c \u2067a\u2069 \u200fb\u200e \u061cc",
    "an address": "\"Support\" <support@bank.example>, Anna",
    "an encoded word": "=?UTF-8?B?QmNjOiBldmlsQGV4YW1wbGUuY29t?=",
    "half an encoded word": "=?UTF-8?Q?a=0D=0ABcc:?= b ?=",
    "a boundary": "--=_tykva_alternative--\r\n\r\n--=_tykva_alternative",
    "10 kB": "Anna " * 2048,
    "10 kB of one word": "x" * 10240,
    "10 kB of Russian": "Ж" * 5120,
    "10 kB of marks": "a" + "\u0301" * 5120,
    "10 kB of pumpkins": "🎃" * 2560,
    "nothing": "",
    "blanks": " \t\r\n ",
}
HEADER = [
    "Date", "From", "To", "Message-ID", "Subject", "Auto-Submitted", "Content-Language", "MIME-Version", "Content-Type"]
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
MAXIMUM_NAME_BYTES, MAXIMUM_SUBJECT_BYTES = 256, 512


def composed(**members):
    given = {
        "id": "e_1", "date": 1_795_506_000_000, "name": "Tykva", "from": "noreply@auth.example", "to": "anna@example.com",
        "subject": "Hello", "text": "Hello\n", "html": "<p>Hello</p>\n", "language": "en"} | members
    done = subprocess.run(
        [binary("mail-writer")], input=json.dumps(given).encode(), capture_output=True, timeout=60, env=clean_environment())
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def line(text, limit):
    """What is left of a text as one line."""
    text = BIDI.sub("", text)
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Zs") else c for c in text)
    text = " ".join(text.split(" ")).strip(" ")
    text = re.sub(" +", " ", text)
    if len(text.encode()) <= limit:
        return text
    return text.encode()[: limit - 3].decode(errors="ignore").rstrip(" ") + "…"


def body(text):
    """What is left of a text as lines."""
    text = re.sub("\r\n|[\r\u0085\u2028\u2029]", "\n", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


def sender_name(raw):
    """The newer parser leaves spaces between the encoded words of a name, which RFC 2047 §6.2 takes out; the older does not."""
    field = email.message_from_bytes(raw)["From"]
    if "=?UTF-8?" not in field:
        return parsed(raw)["From"].addresses[0].display_name
    name, end, rest = str(make_header(decode_header(field))).rpartition(" <noreply@auth.example>")
    assert end and not rest
    return name


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_hostile_names_stay_where_they_belong(name):
    raw = composed(name=name, subject=name, text=f"Hello {name}!\n", html=f"<p>Hello {name}!</p>\n")
    assert raw.isascii() and b"\0" not in raw
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw), "every line ends with CRLF"
    assert all(len(part) <= 78 and not part.startswith(b".") for part in raw.split(b"\r\n"))
    message = parsed(raw)
    assert message.keys() == HEADER
    sender = message["From"].addresses
    assert [address.addr_spec for address in sender] == ["noreply@auth.example"]
    assert sender_name(raw) == line(name, MAXIMUM_NAME_BYTES)
    assert [address.addr_spec for address in message["To"].addresses] == ["anna@example.com"]
    assert message["Subject"] == line(name, MAXIMUM_SUBJECT_BYTES)
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]
    for part, wanted in zip(parts, (f"Hello {name}!\n", f"<p>Hello {name}!</p>\n")):
        content = part.get_payload(decode=True).decode()
        assert content.replace("\r\n", "\n") == body(wanted)


def test_the_header_of_a_message():
    message = parsed(composed(language="ru"))
    assert message["Date"].datetime.isoformat() == "2026-11-24T07:40:00+00:00"
    assert message["Message-ID"] == "<e_1@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ru"
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("length", range(30, 90))
def test_names_of_every_length_are_folded_right(length):
    for letter in ("x", "Ж", "🎃", "x "):
        name = (letter * length)[:length].strip()
        raw = composed(name=name, subject=name)
        assert sender_name(raw) == line(name, MAXIMUM_NAME_BYTES)
        assert parsed(raw)["Subject"] == line(name, MAXIMUM_SUBJECT_BYTES)


@pytest.mark.parametrize("member, value", [
    ("to", "anna@example.com\r\nBcc: evil@example.com"), ("to", "anna@example.com, evil@example.com"), ("to", "anna"),
    ("from", "a@b.example>\r\nRCPT TO:<x@y.example"), ("id", "e_1>\r\nBcc: x"), ("language", "en\r\nBcc: x"),
])
def test_what_is_no_text_of_people_must_have_its_form(member, value):
    with pytest.raises(AssertionError):
        composed(**{member: value})
