"""Password hashes as other people's software makes them: Django's hashers, libcrypt, libsodium, Python's hashlib."""

import base64
import ctypes
import hashlib
import json
import os

from django.conf import settings
from django.contrib.auth import hashers

if not settings.configured:
    settings.configure(PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"])


def django(password):
    """By Django's hashers as they come, bcrypt at the cost that a test has time for."""
    bcrypt = hashers.BCryptPasswordHasher()
    bcrypt.rounds = 6
    made = {"django_bcrypt": bcrypt, "django_pbkdf2": hashers.PBKDF2PasswordHasher(),
            "django_pbkdf2_sha1": hashers.PBKDF2SHA1PasswordHasher(), "django_scrypt": hashers.ScryptPasswordHasher(),
            "django_argon2": hashers.Argon2PasswordHasher()}
    return {name: hasher.encode(password, hasher.salt()) for name, hasher in made.items()}


def libcrypt(password):
    """By crypt(3) itself, which /etc/shadow is made with."""
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    made = {"sha256_crypt": "$5$saltstring", "sha512_crypt": "$6$rounds=20000$saltstring",
            "scrypt_crypt": "$7$C6..../....SodiumChloride", "bcrypt_2a": "$2a$06$abcdefghijklmnopqrstuu",
            "bcrypt_2b": "$2b$06$abcdefghijklmnopqrstuu", "bcrypt_2y": "$2y$06$abcdefghijklmnopqrstuu"}
    return {name: library.crypt(password.encode(), setting.encode()).decode() for name, setting in made.items()}


def libsodium(password):
    library = ctypes.CDLL("libsodium.so.23")
    assert library.sodium_init() >= 0
    made = {}
    for name, function, passes, memory in (
            ("argon2i", "crypto_pwhash_argon2i_str", 4, 32 << 20), ("argon2id", "crypto_pwhash_argon2id_str", 2, 64 << 20),
            ("scrypt_libsodium", "crypto_pwhash_scryptsalsa208sha256_str", 524_288, 16 << 20)):
        text = ctypes.create_string_buffer(128)
        secret = password.encode()
        assert getattr(library, function)(
            text, secret, ctypes.c_ulonglong(len(secret)), ctypes.c_ulonglong(passes), ctypes.c_size_t(memory)) == 0
        made[name] = text.value.decode()
    return made


def phc(password):
    """scrypt in the PHC string format, as passlib and others write it."""
    salt = os.urandom(16)
    tag = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    parts = [base64.b64encode(part).decode().rstrip("=") for part in (salt, tag)]
    return {"scrypt_phc": "$scrypt$ln=14,r=8,p=1$" + "$".join(parts)}


def everything(password):
    return django(password) | libcrypt(password) | libsodium(password) | phc(password)


def keycloak_password(password, algorithm, digest=None, rounds=None, size=None):
    """A credential of a Keycloak realm export: by its documented form, no Keycloak has made it."""
    salt = os.urandom(16)
    parameters = {}
    if algorithm == "argon2":
        # The same by libsodium, in other words.
        _, _, _, _, salt_text, value = libsodium(password)["argon2id"].split("$")
        rounds = 2
        parameters = {"hashLength": ["32"], "memory": ["65536"], "type": ["id"], "version": ["1.3"], "parallelism": ["1"]}
        salt_text, value = (part + "=" * (-len(part) % 4) for part in (salt_text, value))
    else:
        value = base64.b64encode(hashlib.pbkdf2_hmac(digest, password.encode(), salt, rounds, size)).decode()
        salt_text = base64.b64encode(salt).decode()
    return {
        "id": os.urandom(8).hex(), "type": "password", "userLabel": "My password", "createdDate": 1767604673211,
        "secretData": json.dumps({"value": value, "salt": salt_text, "additionalParameters": {}}),
        "credentialData": json.dumps(
            {"hashIterations": rounds, "algorithm": algorithm, "additionalParameters": parameters}),
    }


def keycloak_passwords(password):
    """As the versions of Keycloak have made them by default."""
    return {
        "keycloak_sha1": keycloak_password(password, "pbkdf2", "sha1", 20_000, 64),
        "keycloak_8": keycloak_password(password, "pbkdf2-sha256", "sha256", 27_500, 64),
        "keycloak_24": keycloak_password(password, "pbkdf2-sha512", "sha512", 210_000, 64),
        "keycloak_26": keycloak_password(password, "argon2"),
    }
