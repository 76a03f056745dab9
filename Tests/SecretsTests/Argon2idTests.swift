import Foundation
import Testing

@testable import Secrets

@Suite struct Argon2idTests {
    // The first three are of the Argon2 reference implementation's own tests (test.c, version 0x13), the others were
    // made with it at the bounds of what is readable. The password is "password".
    private static let published = [
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg",
        "$argon2id$v=19$m=128,t=1,p=16$AAECAwQFBgc$piTWKJW0iS8Uu2bUTq23YA",
        "$argon2id$v=19$m=8,t=1,p=1$AAECAwQFBgc$R/IT6xNUIC7Ojl3RqqHN8Gb2QUAAQ6OKlHBv5h3q4ArZ1LvAcowhofDpk6JOQAA3xZe0BF"
            + "+a2D8NOtLQaeFQ0w",
        "$argon2id$v=19$m=512,t=10,p=3$AAECAwQFBgcICQoLDA0ODw$V4DJjLj9EC/CM1qo8NqToSUA8vghd1G/nMTUjyVhAmaPoOOW2It3zQ",
        "$argon2id$v=19$m=64,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$l4TSfFzAewGMlTlgQYCADA",
        "$argon2id$v=19$m=64,t=3,p=4$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"
            + "$/4vPrjrVGZh26kB0Gr2xTg",
    ]

    @Test(arguments: published)
    func `a published string matches its password and no other`(_ string: String) throws {
        let hash = try Argon2Hash(string, .argon2id)
        #expect(try hash.matches(SecretBytes(copying: "password".utf8)))
        #expect(try !hash.matches(SecretBytes(copying: "passwore".utf8)))
        #expect(try !hash.matches(SecretBytes(copying: "".utf8)))
    }

    @Test func `a new string carries its cost and its own salt`() throws {
        let password = SecretBytes(copying: "correct horse battery".utf8)
        let cost = PasswordHashingCost.standard
        let hashes = try [Argon2id.hash(password, cost: cost), Argon2id.hash(password, cost: cost)]
        #expect(hashes[0] != hashes[1])
        for hash in hashes {
            #expect(hash.stored.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
            let read = try Argon2Hash(hash.stored, .argon2id)
            #expect(read.parameters == .init(memoryKiB: 19_456, passes: 2, lanes: 1))
            #expect(try read.matches(password))
            #expect(read.isMade(at: cost))
        }
    }

    @Test func `a zero byte in a password is a byte like any other`() throws {
        let new = try Argon2id.hash(SecretBytes(copying: "with\0zero".utf8), cost: .standard)
        let hash = try Argon2Hash(new.stored, .argon2id)
        #expect(try hash.matches(SecretBytes(copying: "with\0zero".utf8)))
        #expect(try !hash.matches(SecretBytes(copying: "with".utf8)))
    }

    @Test func `the decoy reads like any hash of its cost`() throws {
        let cost = try PasswordHashingCost(memoryKiB: 32_768, passes: 3)
        let decoy = Argon2id.decoy(cost: cost)
        #expect(decoy.parameters == .init(memoryKiB: 32_768, passes: 3, lanes: 1))
        let real = try Argon2Hash(
            Argon2id.hash(SecretBytes(copying: "a".utf8), cost: cost).stored, .argon2id)
        #expect(decoy.parameters == real.parameters)
        #expect(decoy.salt.count == real.salt.count && decoy.tag.count == real.tag.count)
        #expect(try !decoy.matches(SecretBytes(copying: "".utf8)))
    }

    @Test(arguments: [
        ("m=19456,t=2,p=1", true), ("m=8,t=1,p=1", true), ("m=131072,t=10,p=1", true), ("m=128,t=1,p=16", true),
        ("m=7,t=1,p=1", false), ("m=131073,t=2,p=1", false), ("m=99999999999999999999,t=2,p=1", false),
        ("m=19456,t=0,p=1", false), ("m=19456,t=11,p=1", false), ("m=19456,t=2,p=0", false),
        ("m=19456,t=2,p=17", false), ("m=127,t=1,p=16", false), ("m=-19456,t=2,p=1", false),
        ("m=019456,t=2,p=1", false), ("t=2,m=19456,p=1", false), ("m=19456,t=2", false), ("m=19456,t=2,p=1,", false),
        ("m=19456, t=2,p=1", false), ("", false), ("m=１９４５６,t=2,p=1", false),
    ])
    func `parameters are read strictly and bounded`(_ parameters: String, _ isReadable: Bool) {
        let string = "$argon2id$v=19$\(parameters)$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        #expect(((try? Argon2Hash(string, .argon2id)) != nil) == isReadable)
    }

    /// What an operator of ours has set is read again; another system's hash of the same cost is not.
    @Test(arguments: [
        ("m=1048576,t=10,p=1", true), ("m=1048577,t=10,p=1", false), ("m=1048576,t=11,p=1", false),
        ("m=1048576,t=10,p=2", false),
    ])
    func `a hash of our own form may cost what a setting allows`(_ parameters: String, _ isReadable: Bool) {
        let salt = "AAECAwQFBgcICQoLDA0ODw"
        let string = "$argon2id$v=19$\(parameters)$\(salt)$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        #expect(((try? Argon2Hash(string, .argon2id)) != nil) == isReadable)
        #expect((try? Argon2Hash(string.replacing("$argon2id$", with: "$argon2i$"), .argon2i)) == nil)
    }

    @Test(arguments: [
        "", "$", "$$$$$", "password", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$",
        "$2b$12$" + String(repeating: "a", count: 53),
        "argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4$",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4\0",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4=",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR_uIPnA4rEsF5h7TKyQwu9U1bMCHGi_4",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHR$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=1$$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" + String(repeating: "A", count: 200),
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHé$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ])
    func `every other string is unreadable`(_ string: String) {
        #expect((try? Argon2Hash(string, .argon2id)) == nil)
    }

    #if os(Linux)
        @Test func `too little memory is an error, not a mismatch`() async {
            await #expect(processExitsWith: .success) {
                let cheap = try Argon2id.hash(SecretBytes(copying: "password".utf8), cost: .standard)
                try AddressSpace.limit(to: 100_000_000)
                let dear = try PasswordHashingCost(memoryKiB: 1_048_576, passes: 2)
                do throws(PasswordHasherError) {
                    _ = try Argon2id.hash(SecretBytes(copying: "password".utf8), cost: dear)
                    exit(1)
                } catch {
                    guard error == .outOfMemory else { exit(2) }
                }
                do throws(PasswordHasherError) {
                    _ = try Argon2id.decoy(cost: dear).matches(SecretBytes(copying: "password".utf8))
                    exit(3)
                } catch {
                    guard error == .outOfMemory else { exit(4) }
                }
                let stored = try Argon2Hash(cheap.stored, .argon2id)
                guard try stored.matches(SecretBytes(copying: "password".utf8)) else { exit(5) }
            }
        }
    #endif
}
