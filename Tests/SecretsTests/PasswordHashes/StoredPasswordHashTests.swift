import TestSupport
import Testing

@testable import Secrets

@Suite struct StoredPasswordHashTests {
    private func matches(_ hash: StoredPasswordHash, _ password: String) throws -> Bool {
        try hash.matches(SecretBytes(copying: password.utf8))
    }

    /// Known hashes with one character changed that the same password matches.
    private func matchingChanges(_ known: KnownHash) throws -> [String] {
        var matching: [String] = []
        let characters = Array(known.text.unicodeScalars)
        for index in characters.indices {
            // `$2a$`, `$2b$` and `$2y$` are names of the same.
            if known.text.hasPrefix("$2"), index == 2 { continue }
            for other in ["A", "/", "1", "$", "\0", "é"] as [Unicode.Scalar] where other != characters[index] {
                var changed = characters
                changed[index] = other
                let text = String(String.UnicodeScalarView(changed))
                guard let hash = try? StoredPasswordHash(text) else { continue }
                if try matches(hash, known.password) { matching.append(text) }
            }
        }
        return matching
    }

    @Test(arguments: KnownHash.all)
    func `a known hash matches its password and no other`(_ known: KnownHash) throws {
        let hash = try StoredPasswordHash(known.text)
        #expect(hash.text == known.text)
        #expect(try matches(hash, known.password))
        for wrong in [
            "", "a", known.password + " ", String(known.password.dropLast()), known.password.lowercased() + "x",
        ] {
            #expect(try !matches(hash, wrong))
        }
    }

    @Test(arguments: KnownHash.all)
    func `a hash with any byte changed never matches`(_ known: KnownHash) async throws {
        let matching = try await onOwnThread { try matchingChanges(known) }
        #expect(matching == [])
    }

    /// Some schemes do not say how long a tag is. That of scrypt begins alike in every length, as PBKDF2's does: of a
    /// cut one no less than 128 bits are compared.
    @Test(arguments: KnownHash.all)
    func `a hash that is cut or has more never matches`(_ known: KnownHash) throws {
        let tag = try #require(known.text.split(separator: "$").last)
        let isScrypt = known.text.hasPrefix("$scrypt$")
        for count in 0..<known.text.count {
            let isLongEnough = count >= known.text.count - tag.count + 22
            guard let hash = try? StoredPasswordHash(String(known.text.prefix(count))) else { continue }
            #expect(isLongEnough, "\(count) characters")
            #expect(try isScrypt || !matches(hash, known.password), "\(count) characters")
        }
        for more in ["a", "A", "A2"] {
            guard let hash = try? StoredPasswordHash(known.text + more) else { continue }
            #expect(try !matches(hash, known.password))
        }
        for more in ["$", "=", " ", "\n", "\0", "$$", String(repeating: "A", count: 600)] {
            #expect((try? StoredPasswordHash(known.text + more)) == nil)
            #expect((try? StoredPasswordHash(more + known.text)) == nil)
        }
    }

    @Test(arguments: [
        "", "$", "$$", "$$$$", "password", "5f4dcc3b5aa765d61d8327deb882cf99", "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7", "{SSHA}abc", "pbkdf2_sha256$1$s$t",
        "$2x$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS",
        "$2$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS", "$argon2d$v=19$m=8,t=1,p=1$AAAA$AAAA",
    ])
    func `every other scheme is unknown`(_ text: String) {
        #expect(throws: PasswordHashError.unknownScheme) { try StoredPasswordHash(text) }
    }

    @Test(arguments: KnownHash.all.filter { "2567".contains($0.text.dropFirst().prefix(1)) })
    func `what libcrypt cannot take matches nothing`(_ known: KnownHash) throws {
        let hash = try StoredPasswordHash(known.text)
        for password in [known.password + "\0", known.password + "\0more", "\0", String(repeating: "a", count: 512)] {
            #expect(try !matches(hash, password))
        }
    }

    @Test func `an empty password is one like any other`() throws {
        // Python 3.11, hashlib and crypt.
        let empty = [
            "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$1SowFvcyM8WmWKE5mw1mE6SzWhTrQkI1ozLfFjQpvY4",
            "$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$t4FqZzd3SuhuKQYPVBHCgjr77hXEgFoaoXgB4UvvQIQ",
        ]
        for text in empty {
            let hash = try StoredPasswordHash(text)
            #expect(try matches(hash, ""))
            #expect(try !matches(hash, "a"))
        }
        for known in KnownHash.all { #expect(try !matches(StoredPasswordHash(known.text), "")) }
    }

    @Test func `bcrypt reads 72 bytes of a password`() throws {
        let hash = try StoredPasswordHash("$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe")
        #expect(try matches(hash, String(repeating: "a", count: 72)))
        #expect(try matches(hash, String(repeating: "a", count: 72) + "b"))
        #expect(try !matches(hash, String(repeating: "a", count: 71) + "b"))
        #expect(try !matches(hash, String(repeating: "a", count: 71)))
    }

    @Test func `the longest password that libcrypt takes is compared whole`() throws {
        let long = String(repeating: "x", count: 510)
        let hash = try StoredPasswordHash(
            "$5$rounds=1000$saltstring$Ml58yRc.F/QJ8UqSiH4FJu6X96zkHljDEXzuGpEfwV2")
        #expect(try matches(hash, long + "y"))
        #expect(try !matches(hash, long + "z"))
        #expect(try !matches(hash, long))
    }
}
