import Testing

/// A password and its hash, made by other people's software.
struct KnownHash: Sendable, CustomTestStringConvertible {
    let scheme: String
    let text: String
    let password: String

    var testDescription: String { scheme }

    static let phrase = "correct horse battery staple"
    private static let french = "Crème brûlée, s'il vous plaît"

    /// Cheap ones, in canonical text.
    static let all = [
        // crypt_blowfish's own tests (Openwall).
        KnownHash(
            scheme: "bcrypt 2a", text: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", password: "U*U"),
        // libcrypt 4.4.33.
        KnownHash(
            scheme: "bcrypt 2b", text: "$2b$04$abcdefghijklmnopqrstuuTZJPBNzeBzAlxD4UKwgvGORvgDZj9sm",
            password: french),
        KnownHash(
            scheme: "bcrypt 2y", text: "$2y$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS",
            password: phrase),
        // U. Drepper, SHA-crypt.txt.
        KnownHash(
            scheme: "SHA-256-crypt", text: "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
            password: "Hello world!"),
        KnownHash(
            scheme: "SHA-256-crypt with rounds",
            text: "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA",
            password: "Hello world!"),
        // libcrypt 4.4.33.
        KnownHash(
            scheme: "SHA-512-crypt",
            text:
                "$6$rounds=1000$abc.DEF/$3AXFk7Nc2UwcS9GGEV.ltQK5UnVkR10eoV4DOcU61gPKjCC7d6T0NIQYOMGSBKzL9O0O6adwFksNwA"
                + "glOb.vA/",
            password: french),
        // RFC 6070.
        KnownHash(
            scheme: "PBKDF2 SHA-1", text: "$pbkdf2-sha1$i=4096,l=20$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE",
            password: "password"),
        // RFC 7914 §11.
        KnownHash(
            scheme: "PBKDF2 SHA-256, two blocks",
            text:
                "$pbkdf2-sha256$i=1,l=64$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd+8x"
                + "fHG4RbHjC9UJESBB06GXgw",
            password: "passwd"),
        // Python 3.11, hashlib.
        KnownHash(
            scheme: "PBKDF2 SHA-512",
            text:
                "$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$5bTW2oeyDJyGJPcmEr+mRDE11ghpozWrDGnSNhRXo2ZCu0KHRDiU"
                + "MAVEGzLJC+oDhRoeIja9J1iLIv9ptDJMfQ",
            password: phrase),
        // RFC 7914 §12.
        KnownHash(
            scheme: "scrypt",
            text:
                "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD"
                + "7m2DYMvfoswGQA",
            password: "password"),
        // Python 3.11, hashlib.
        KnownHash(
            scheme: "scrypt, small",
            text: "$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$0Pz6RuN9WCY6OfE3FYH5Myx0JqvNjul84VbFyWLBf4g",
            password: phrase),
        // libcrypt 4.4.33, then libsodium 1.0.18.
        KnownHash(
            scheme: "scrypt 7 of libcrypt",
            text: "$7$66..../....SodiumChloride$t4d2LRASvovGC./seGCPB9imh0xCYQwBwYAiq4xbrR9", password: phrase),
        KnownHash(
            scheme: "scrypt 7 of libsodium",
            text:
                "$7$86..../....PZjb6fYl/ZcSL9oyCmpOExByW0COAZyieAom4ysqMX3$hL1g3BvU6KMIwXURMHpT8US7l7zx4UA6wZffttS1bs8",
            password: "password"),
        // The Argon2 reference implementation, test.c; libsodium 1.0.18.
        KnownHash(
            scheme: "Argon2i",
            text: "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
            password: "password"),
        KnownHash(
            scheme: "Argon2i, two lanes",
            text: "$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E",
            password: "password"),
        KnownHash(
            scheme: "Argon2i of libsodium",
            text: "$argon2i$v=19$m=256,t=3,p=1$ctcxHYX7keRQvBS2Ly7MPg$ndt0EDTJrtXouUSYMLz+m89DVXYgbQrukP31RQDTNtA",
            password: phrase),
        KnownHash(
            scheme: "Argon2id, two lanes",
            text: "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
            password: "password"),
    ]
}
