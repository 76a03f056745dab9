import Testing

@testable import Secrets

/// For each bound of what a hash may cost: what lies on it is read, and its neighbour is refused.
@Suite struct PasswordHashLimitsTests {
    enum Verdict: Sendable {
        case read
        case damaged
        case tooDear
    }

    private static func verdict(_ text: String) -> Verdict {
        do throws(PasswordHashError) {
            _ = try ImportedPasswordHash(text)
            return .read
        } catch {
            if case .tooDear = error { return .tooDear }
            return .damaged
        }
    }

    @Test(arguments: [
        ("04", Verdict.read), ("14", .read), ("15", .tooDear), ("31", .tooDear), ("03", .damaged), ("00", .damaged),
        ("1a", .damaged), (" 4", .damaged), ("-4", .damaged),
    ])
    func `bcrypt costs 4 to 14`(_ cost: String, _ expected: Verdict) {
        #expect(Self.verdict("$2b$\(cost)$abcdefghijklmnopqrstuuTZJPBNzeBzAlxD4UKwgvGORvgDZj9sm") == expected)
    }

    @Test(arguments: [
        ("1000", Verdict.read), ("1000000", .read), ("1000001", .tooDear), ("999999999", .tooDear), ("999", .damaged),
        ("0", .damaged), ("01000", .damaged), ("+1000", .damaged), ("", .damaged), ("99999999999999999999", .damaged),
    ])
    func `SHA-crypt makes a million rounds at most`(_ rounds: String, _ expected: Verdict) {
        let text = "$5$rounds=\(rounds)$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA"
        #expect(Self.verdict(text) == expected)
    }

    private static let tag20 = "SwB5AbdlSJq+rUnZJvch0GWkKcE"
    private static let tag32 = "xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o"
    private static let tag64 =
        "5bTW2oeyDJyGJPcmEr+mRDE11ghpozWrDGnSNhRXo2ZCu0KHRDiUMAVEGzLJC+oDhRoeIja9J1iLIv9ptDJMfQ"

    @Test(arguments: [
        ("sha1$i=6000000,l=20", tag20, Verdict.read), ("sha1$i=6000001,l=20", tag20, .tooDear),
        ("sha1$i=1500000,l=64", tag64, .read), ("sha1$i=1500001,l=64", tag64, .tooDear),
        ("sha256$i=3000000,l=32", tag32, .read), ("sha256$i=3000001,l=32", tag32, .tooDear),
        ("sha256$i=1500000,l=64", tag64, .read), ("sha256$i=1500001,l=64", tag64, .tooDear),
        ("sha512$i=1500000,l=64", tag64, .read), ("sha512$i=1500001,l=64", tag64, .tooDear),
        ("sha256$i=9999999999,l=32", tag32, .tooDear), ("sha256$i=99999999999,l=32", tag32, .damaged),
        ("sha256$i=0,l=32", tag32, .damaged), ("sha256$i=1,l=31", tag32, .damaged), ("sha256$i=1", tag32, .damaged),
        ("sha256$l=32,i=1", tag32, .damaged), ("sha256$i=1,l=32,x=1", tag32, .damaged), ("sha256$", tag32, .damaged),
        ("sha256$v=1$i=1,l=32", tag32, .damaged),
    ])
    func `PBKDF2 makes so many rounds for each block`(_ head: String, _ tag: String, _ expected: Verdict) {
        #expect(Self.verdict("$pbkdf2-\(head)$c2FsdA$\(tag)") == expected)
    }

    @Test(arguments: [
        ("ln=17,r=8,p=1", Verdict.read), ("ln=20,r=1,p=1", .read), ("ln=14,r=64,p=1", .read), ("ln=14,r=8,p=16", .read),
        ("ln=2,r=1,p=64", .read), ("ln=18,r=8,p=1", .tooDear), ("ln=17,r=9,p=1", .tooDear), ("ln=21,r=1,p=1", .tooDear),
        ("ln=14,r=65,p=1", .tooDear), ("ln=14,r=8,p=17", .tooDear), ("ln=2,r=1,p=65", .tooDear),
        ("ln=17,r=8,p=3", .tooDear), ("ln=63,r=1,p=1", .tooDear), ("ln=64,r=8,p=1", .tooDear),
        ("ln=9999999999,r=9999999999,p=9999999999", .tooDear), ("ln=0,r=8,p=1", .damaged), ("ln=1,r=8,p=1", .damaged),
        ("ln=14,r=0,p=1", .damaged),
        ("ln=14,r=8,p=0", .damaged), ("n=14,r=8,p=1", .damaged), ("ln=14,r=8", .damaged),
    ])
    func `scrypt takes 128 MiB and a second at most`(_ numbers: String, _ expected: Verdict) {
        #expect(Self.verdict("$scrypt$\(numbers)$c2FsdA$\(Self.tag32)") == expected)
    }

    @Test(arguments: [
        ("D6....", "/....", Verdict.read), ("F6....", "/....", .read), ("G6....", "/....", .tooDear),
        ("E6....", "1....", .read), ("F6....", "1....", .tooDear), ("z6....", "/....", .tooDear),
        ("Dzzzzz", "/....", .tooDear),
        ("D6....", "zzzzz", .tooDear), (".6....", "/....", .damaged), ("/6....", "/....", .damaged),
        ("D.....", "/....", .damaged),
        ("D6....", ".....", .damaged),
    ])
    func `scrypt in the form of libcrypt has the same bounds`(
        _ costs: String, _ parallelism: String, _ expected: Verdict
    ) {
        let text = "$7$\(costs)\(parallelism)SodiumChloride$t4d2LRASvovGC./seGCPB9imh0xCYQwBwYAiq4xbrR9"
        #expect(Self.verdict(text) == expected)
    }

    @Test(arguments: ["argon2i", "argon2id"])
    func `Argon2 takes 128 MiB, ten passes and sixteen lanes at most, whosever form it has`(_ variant: String) {
        for salt in ["c29tZXNhbHQ", "AAECAwQFBgcICQoLDA0ODw"] {
            for (costs, expected) in [
                ("m=131072,t=10,p=1", Verdict.read), ("m=131072,t=10,p=16", .read), ("m=131073,t=2,p=1", .tooDear),
                ("m=1048576,t=2,p=1", .tooDear), ("m=131072,t=11,p=1", .tooDear), ("m=131072,t=2,p=17", .tooDear),
                ("m=7,t=1,p=1", .damaged), ("m=8,t=0,p=1", .damaged), ("m=8,t=1,p=0", .damaged),
            ] {
                #expect(Self.verdict("$\(variant)$v=19$\(costs)$\(salt)$\(Self.tag32)") == expected, "\(costs)")
            }
        }
    }

    @Test func `salts and tags are bounded`() {
        func base64(_ count: Int) -> String { SecretBase64.encode(SecretBytes(random: count), .standard) }
        for (salt, tag, expected) in [
            (1, 16, Verdict.read), (64, 64, .read), (0, 32, .damaged), (65, 32, .damaged), (16, 15, .damaged),
            (16, 65, .damaged),
        ] {
            #expect(Self.verdict("$scrypt$ln=4,r=8,p=1$\(base64(salt))$\(base64(tag))") == expected)
            #expect(Self.verdict("$pbkdf2-sha256$i=9,l=\(tag)$\(base64(salt))$\(base64(tag))") == expected)
        }
    }

    @Test func `a refusal says what is allowed, and nothing of the hash`() {
        #expect("\(PasswordHashError.tooDear(.bcrypt))".contains("14 at most"))
        for scheme in PasswordScheme.allCases {
            for error in [PasswordHashError.tooDear(scheme), .damaged(scheme), .unknownScheme] {
                #expect(!"\(error)".isEmpty && !"\(error)".contains("$"))
            }
        }
    }
}
