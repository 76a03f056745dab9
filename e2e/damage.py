"""Altered tokens: each is good but for one thing."""

import base64
import json


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def header(token):
    return json.loads(decode(token.split(".")[0]))


def claims(token):
    return json.loads(decode(token.split(".")[1]))


def altered(token):
    """By name: tokens that the issuer never signed."""
    first, second, signature = token.split(".")
    bits = bytearray(decode(signature))
    bits[10] ^= 1
    return {
        "a bit of the signature": f"{first}.{second}.{encode(bytes(bits))}",
        "a claim": f"{first}.{encode(json.dumps(claims(token) | {'sub': 'u_' + '0' * 32}).encode())}.{signature}",
        "a later end": f"{first}.{encode(json.dumps(claims(token) | {'exp': claims(token)['exp'] + 60}).encode())}.{signature}",
        "no signature": f"{first}.{second}.",
        "alg none": f"{encode(json.dumps(header(token) | {'alg': 'none'}).encode())}.{second}.",
        "another type": f"{encode(json.dumps(header(token) | {'typ': 'JWT'}).encode())}.{second}.{signature}",
    }
