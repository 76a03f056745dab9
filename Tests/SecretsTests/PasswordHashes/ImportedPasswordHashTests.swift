import Testing

@testable import Secrets

@Suite struct ImportedPasswordHashTests {
    private func matches(_ imported: ImportedPasswordHash, _ password: String) throws -> Bool {
        try StoredPasswordHash(imported.hash.stored).matches(SecretBytes(copying: password.utf8))
    }

    @Test(arguments: KnownHash.all)
    func `a canonical hash is stored as it is`(_ known: KnownHash) throws {
        #expect(try ImportedPasswordHash(known.text).hash.stored == known.text)
    }

    /// Made by the hashers of Django 5.2, for the phrase of the other samples.
    @Test(arguments: [
        (
            "pbkdf2_sha256$1000$seasalt2seasalt2$zU5AZO+q3BQs8wjYk63K6MkmzA8pgpmxuE/RgiDJYnM=",
            "$pbkdf2-sha256$i=1000,l=32$c2Vhc2FsdDJzZWFzYWx0Mg$zU5AZO+q3BQs8wjYk63K6MkmzA8pgpmxuE/RgiDJYnM",
            PasswordScheme.pbkdf2
        ),
        (
            "pbkdf2_sha1$1000$seasalt2seasalt2$+AZfAbUTCiX4q3zLceLeWFGvHQ4=",
            "$pbkdf2-sha1$i=1000,l=20$c2Vhc2FsdDJzZWFzYWx0Mg$+AZfAbUTCiX4q3zLceLeWFGvHQ4", .pbkdf2
        ),
        (
            "scrypt$16$seasalt2seasalt2$8$5$plRdX+mVDebXdbD1XiX9SEdZ6ZaVWHJFkTnAV9PEHQbm2ggSXRBAJp+VmxfCzQxMJHu4s"
                + "uBPMU9HPXB3LKnJ3A==",
            "$scrypt$ln=4,r=8,p=5$c2Vhc2FsdDJzZWFzYWx0Mg$plRdX+mVDebXdbD1XiX9SEdZ6ZaVWHJFkTnAV9PEHQbm2ggSXRBAJp+Vmx"
                + "fCzQxMJHu4suBPMU9HPXB3LKnJ3A", .scrypt
        ),
        (
            "bcrypt$$2b$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS",
            "$2b$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS", .bcrypt
        ),
        (
            "argon2$argon2i$v=19$m=256,t=3,p=1$ctcxHYX7keRQvBS2Ly7MPg$ndt0EDTJrtXouUSYMLz+m89DVXYgbQrukP31RQDTNtA",
            "$argon2i$v=19$m=256,t=3,p=1$ctcxHYX7keRQvBS2Ly7MPg$ndt0EDTJrtXouUSYMLz+m89DVXYgbQrukP31RQDTNtA", .argon2i
        ),
    ])
    func `a hash of Django becomes canonical`(_ text: String, _ stored: String, _ scheme: PasswordScheme) throws {
        let imported = try ImportedPasswordHash(text)
        #expect(imported.hash.stored == stored)
        #expect(imported.scheme == scheme)
        #expect(try matches(imported, KnownHash.phrase))
        #expect(try !matches(imported, KnownHash.phrase + "r"))
    }

    @Test(arguments: [
        "", "pbkdf2_sha256", "pbkdf2_sha256$", "pbkdf2_sha256$1000$salt", "pbkdf2_sha256$1000$salt$", "!unusable",
        "md5$a$b",
        "pbkdf2_sha256$1000$$zU5AZO+q3BQs8wjYk63K6MkmzA8pgpmxuE/RgiDJYnM=",
        "pbkdf2_sha256$x$salt$zU5AZO+q3BQs8wjYk63K6MkmzA8pgpmxuE/RgiDJYnM=",
        "pbkdf2_sha256$-1$salt$zU5AZO+q3BQs8wjYk63K6MkmzA8pgpmxuE/RgiDJYnM=",
        "pbkdf2_sha256$1000$salt$zU5AZO+q3BQs8wjYk63K6MkmzA8pgpmxuE/RgiDJYnM==",
        "pbkdf2_sha256$1000$salt$zU5AZO+q3BQs8wjYk63K6MkmzA8pgpmxuE/RgiDJYnN=",
        "pbkdf2_sha256$1000$salt$zU5AZO+q3BQs8wjYk63K6MkmzA8pgpmxuE/RgiDJYnM=$",
        "pbkdf2_sha256$9000000$salt$zU5AZO+q3BQs8wjYk63K6MkmzA8pgpmxuE/RgiDJYnM=",
        "scrypt$15$salt$8$5$plRdX+mVDebXdbD1XiX9SEdZ6ZaVWHJFkTnAV9PEHQY=",
        "scrypt$0$salt$8$5$plRdX+mVDebXdbD1XiX9SEdZ6ZaVWHJFkTnAV9PEHQY=",
        "scrypt$262144$salt$8$1$plRdX+mVDebXdbD1XiX9SEdZ6ZaVWHJFkTnAV9PEHQY=",
        "bcrypt$", "bcrypt$2b$05$abc", "bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS",
        "argon2$",
        "argon2$argon2d$v=19$m=256,t=3,p=1$ctcxHYX7keRQvBS2Ly7MPg$ndt0EDTJrtXouUSYMLz+m89DVXYgbQrukP31RQDTNtA",
        String(repeating: "a", count: 10_000),
    ])
    func `what Django would not have written is refused`(_ text: String) {
        #expect(throws: PasswordHashError.self) { try ImportedPasswordHash(text) }
    }

    private static let argon2Data =
        #"{"hashIterations":5,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["7168"],"#
        + #""type":["id"],"version":["1.3"],"parallelism":["1"]}}"#
    private static let argon2Secret =
        #"{"value":"xKjWvB9+0sSP6wTqI1JoEI7w+iA0x9VDhPgmrOHRG80=","salt":"LRScGShC7shkdoU5B1UgUQ==","#
        + #""additionalParameters":{}}"#

    @Test func `an Argon2 password of Keycloak 26 becomes a PHC string`() throws {
        let imported = try ImportedPasswordHash(
            keycloakCredentialData: Self.argon2Data, secretData: Self.argon2Secret)
        #expect(
            imported.hash.stored
                == "$argon2id$v=19$m=7168,t=5,p=1$LRScGShC7shkdoU5B1UgUQ$xKjWvB9+0sSP6wTqI1JoEI7w+iA0x9VDhPgmrOHRG80")
        #expect(try matches(imported, "secret"))
        #expect(try !matches(imported, "secrets"))
    }

    /// Of 1,000 rounds with the salt "0123456789abcdef", by Python's hashlib.
    private static let keycloakValues = [
        "PBKDF2-SHA1": "wmIXv0mv7iouqkc9CKjRvCX21po=",
        "PBKDF2-SHA256":
            "yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplLYbawB4lwjdPCI3Ns1d3pRT9/+PGa1sFXN8qwjZx9S8g==",
        "PBKDF2-SHA512":
            "5bTW2oeyDJyGJPcmEr+mRDE11ghpozWrDGnSNhRXo2ZCu0KHRDiUMAVEGzLJC+oDhRoeIja9J1iLIv9ptDJMfQ==",
    ]

    /// In the form of Keycloak 8 to 24.
    @Test(arguments: [
        ("pbkdf2", 20, "PBKDF2-SHA1"), ("pbkdf2-sha256", 64, "PBKDF2-SHA256"), ("pbkdf2-sha512", 64, "PBKDF2-SHA512"),
    ])
    func `a PBKDF2 password of Keycloak becomes a PHC string`(
        _ algorithm: String, _ bytes: Int, _ key: String
    ) throws {
        let value = try #require(Self.keycloakValues[key])
        for parameters in ["", #","additionalParameters":{}"#] {
            let imported = try ImportedPasswordHash(
                keycloakCredentialData: #"{"hashIterations":1000,"algorithm":"\#(algorithm)"\#(parameters)}"#,
                secretData: #"{"value":"\#(value)","salt":"MDEyMzQ1Njc4OWFiY2RlZg=="\#(parameters)}"#)
            #expect(imported.hash.stored.contains("$i=1000,l=\(bytes)$MDEyMzQ1Njc4OWFiY2RlZg$"))
            #expect(try matches(imported, KnownHash.phrase))
            #expect(try !matches(imported, "wrong"))
        }
    }

    @Test(arguments: [
        "", "{}", "null", "[]", #"{"hashIterations":5}"#, #"{"algorithm":"argon2"}"#,
        #"{"hashIterations":"5","algorithm":"argon2"}"#, #"{"hashIterations":5,"algorithm":"argon2"}"#,
        #"{"hashIterations":5,"algorithm":"bcrypt"}"#, #"{"hashIterations":0,"algorithm":"pbkdf2-sha256"}"#,
        #"{"hashIterations":-5,"algorithm":"pbkdf2-sha256"}"#, #"{"hashIterations":5,"algorithm":"PBKDF2-SHA256"}"#,
        #"{"hashIterations":9000000000000000000,"algorithm":"pbkdf2-sha256"}"#,
        argon2Data.replacing("1.3", with: "1.0"), argon2Data.replacing(#"["id"]"#, with: #"["d"]"#),
        argon2Data.replacing("7168", with: "7168,t=1"), argon2Data.replacing("7168", with: "200000"),
        argon2Data.replacing(#"["7168"]"#, with: "7168"), argon2Data.replacing(#"["1"]"#, with: "[]"),
        argon2Data.replacing(#""hashIterations":5"#, with: #""hashIterations":11"#),
    ])
    func `credential data of another form is refused`(_ data: String) {
        #expect(throws: PasswordHashError.self) {
            try ImportedPasswordHash(keycloakCredentialData: data, secretData: Self.argon2Secret)
        }
    }

    @Test(arguments: [
        "", "{}", #"{"value":"xKjWvB9+0sSP6wTqI1JoEI7w+iA0x9VDhPgmrOHRG80="}"#, #"{"salt":"LRScGShC7shkdoU5B1UgUQ=="}"#,
        argon2Secret.replacing("==", with: "="), argon2Secret.replacing("xKjW", with: "xK_W"),
        argon2Secret.replacing("G80=", with: ""), argon2Secret.replacing("LRSc", with: "LRSc$"),
    ])
    func `secret data of another form is refused`(_ secret: String) {
        #expect(throws: PasswordHashError.self) {
            try ImportedPasswordHash(keycloakCredentialData: Self.argon2Data, secretData: secret)
        }
    }

    @Test func `an imported hash does not print itself`() throws {
        let imported = try ImportedPasswordHash(KnownHash.all[0].text)
        for text in ["\(imported)", String(reflecting: imported)] { #expect(!text.contains("$2")) }
    }
}
