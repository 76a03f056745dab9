import Foundation
import TestSupport
import Testing

@testable import Secrets

@Suite struct PasswordHasherTests {
    private let hasher: PasswordHasher
    private let phrase = "correct horse battery staple"

    init() throws {
        hasher = try PasswordHasher()
    }

    @Test func `the right password matches and a wrong one does not`() async throws {
        let hash = try await hasher.hash(.accepted(phrase))
        #expect(try await hasher.verify(PresentedPassword(phrase), against: hash) == .match(needsRehash: false))
        for wrong in ["", "a", phrase + " ", phrase.uppercased(), String(phrase.dropLast())] {
            #expect(try await hasher.verify(PresentedPassword(wrong), against: hash) == .mismatch)
        }
    }

    @Test func `each spelling of the same characters matches`() async throws {
        let hash = try await hasher.hash(.accepted("Crème brûlée, s'il vous plaît"))
        let decomposed = "Crème brûlée, s'il vous plaît".decomposedStringWithCanonicalMapping
        #expect(decomposed.utf8.count > "Crème brûlée, s'il vous plaît".utf8.count)
        #expect(try await hasher.verify(PresentedPassword(decomposed), against: hash) == .match(needsRehash: false))
    }

    @Test func `an unknown user is a mismatch, whatever is presented`() async throws {
        for text in ["", phrase, String(repeating: "a", count: 5_000)] {
            #expect(try await hasher.verify(PresentedPassword(text), against: nil) == .mismatch)
        }
    }

    @Test func `what is out of bounds is a mismatch, even where the empty password would match`() async throws {
        let empty = try Argon2id.hash(SecretBytes(copying: "".utf8), cost: .standard)
        #expect(try await hasher.verify(PresentedPassword(""), against: empty) == .match(needsRehash: false))
        let long = PresentedPassword(String(repeating: "a", count: 257))
        #expect(try await hasher.verify(long, against: empty) == .mismatch)
        await #expect(throws: PasswordHasherError.outOfBounds) { try await hasher.rehash(long) }
    }

    #if os(Linux)
        @Test func `unknown user, wrong password and oversized password cost the same work`() async throws {
            // CPU time of the process, in a process of its own: other tests would be counted too.
            let child = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                let hasher = try PasswordHasher(threads: 1)
                let hash = try await hasher.hash(.accepted("correct horse battery staple"))
                let long = String(repeating: "a", count: 4_097)
                let cases: [(PresentedPassword, PasswordHash?)] = [
                    (PresentedPassword("wrong horse battery staple"), hash),
                    (PresentedPassword("correct horse battery staple"), hash),
                    (PresentedPassword("wrong horse battery staple"), nil), (PresentedPassword(long), hash),
                    (PresentedPassword(long), nil), (PresentedPassword(""), hash),
                ]
                // Round after round, so that what else the machine does falls on all of them.
                var times = [Double](repeating: .infinity, count: cases.count)
                for _ in 0..<8 {
                    for (index, (presented, stored)) in cases.enumerated() {
                        let start = clock()
                        _ = try await hasher.verify(presented, against: stored)
                        times[index] = min(times[index], Double(clock() - start))
                    }
                }
                guard let least = times.min(), let most = times.max(), most < 1.8 * least else {
                    print("CPU microseconds: \(times)")
                    exit(3)
                }
            }
            if let child { print(String(decoding: child.standardOutputContent, as: UTF8.self)) }
        }

        @Test func `two hundred hashes leave no memory behind`() async throws {
            await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                let hasher = try PasswordHasher()
                let presented = PresentedPassword("wrong horse battery staple")
                for _ in 0..<4 { _ = try await hasher.verify(presented, against: nil) }
                let before = try AddressSpace.residentBytes()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            for _ in 0..<50 { _ = try await hasher.verify(presented, against: nil) }
                        }
                    }
                    try await group.waitForAll()
                }
                let after = try AddressSpace.residentBytes()
                guard after < before + 2_000_000 else {
                    print("resident before \(before), after \(after)")
                    exit(1)
                }
            }
        }
    #endif

    @Test func `a hash of another cost matches and asks for a new one`() async throws {
        let dearer = try PasswordHasher(cost: PasswordHashingCost(memoryKiB: 20_480, passes: 2))
        let old = try await hasher.hash(.accepted(phrase))
        #expect(try await dearer.verify(PresentedPassword(phrase), against: old) == .match(needsRehash: true))
        #expect(try await dearer.verify(PresentedPassword("wrong"), against: old) == .mismatch)
        let new = try await dearer.rehash(PresentedPassword(phrase))
        #expect(new.stored.hasPrefix("$argon2id$v=19$m=20480,t=2,p=1$"))
        #expect(try await dearer.verify(PresentedPassword(phrase), against: new) == .match(needsRehash: false))
        #expect(try await hasher.verify(PresentedPassword(phrase), against: new) == .match(needsRehash: true))
    }

    @Test(arguments: [
        PasswordHash(stored: "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
        nil,
    ])
    func `the work is today's, also where the user's hash was cheaper`(_ imported: PasswordHash?) async throws {
        let dearer = try PasswordHasher(cost: PasswordHashingCost(memoryKiB: 20_480, passes: 3))
        let old = try await hasher.hash(.accepted(phrase))
        let presented = [phrase, "a wrong pass phrase", "", String(repeating: "a", count: 5_000)]
        for stored in [imported, old, try await dearer.hash(.accepted(phrase))] {
            for text in presented {
                let before = dearer.verificationWork
                _ = try await dearer.verify(PresentedPassword(text), against: stored)
                let work = dearer.verificationWork - before
                #expect((61_440 - 8...61_440 + 8).contains(work), "\(work) KiB")
            }
        }
    }

    @Test(arguments: KnownHash.all)
    func `a hash of another system is verified, and asks for one of ours`(_ known: KnownHash) async throws {
        let stored = PasswordHash(stored: known.text)
        let presented = PresentedPassword(known.password)
        #expect(try await hasher.verify(presented, against: stored) == .match(needsRehash: true))
        #expect(try await hasher.verify(PresentedPassword(known.password + "x"), against: stored) == .mismatch)
        #expect(try await hasher.verify(PresentedPassword(""), against: stored) == .mismatch)
        let new = try await hasher.rehash(presented)
        #expect(new.stored.hasPrefix("$argon2id$"))
        #expect(try await hasher.verify(presented, against: new) == .match(needsRehash: false))
    }

    @Test(arguments: KnownHash.all)
    func `a hash of another system takes no less work than ours`(_ known: KnownHash) async throws {
        let stored = PasswordHash(stored: known.text)
        // The first time nothing is known of this machine, and the whole of ours follows.
        for _ in 0..<3 {
            let before = hasher.verificationWork
            _ = try await hasher.verify(PresentedPassword("wrong"), against: stored)
            let work = hasher.verificationWork - before
            #expect(work >= 2 * 19_456 - 8, "\(work) KiB")
        }
    }

    #if os(Linux)
        @Test func `unknown user and users of other systems cost the same time`() async throws {
            let child = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                let hasher = try PasswordHasher(threads: 1)
                let cheap = KnownHash.all
                let wrong = PresentedPassword("wrong horse battery staple")
                let long = PresentedPassword(String(repeating: "a", count: 4_097))
                let unknown: [(PresentedPassword, PasswordHash?)] = [(wrong, nil), (long, nil)]
                let cases = unknown + cheap.map { (wrong, PasswordHash(stored: $0.text)) }
                var times = [Double](repeating: .infinity, count: cases.count)
                for _ in 0..<8 {
                    for (index, (presented, stored)) in cases.enumerated() {
                        let start = clock()
                        _ = try await hasher.verify(presented, against: stored)
                        times[index] = min(times[index], Double(clock() - start))
                    }
                }
                guard let least = times.min(), let most = times.max(), most < 1.8 * least else {
                    print("CPU microseconds: \(zip(["unknown", "long"] + cheap.map(\.scheme), times).map { "\($0)" })")
                    exit(3)
                }
            }
            if let child { print(String(decoding: child.standardOutputContent, as: UTF8.self)) }
        }

        @Test func `two hundred hashes of other systems leave no memory behind`() async throws {
            await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                let hasher = try PasswordHasher(threads: 1)
                let presented = PresentedPassword("wrong horse battery staple")
                func judgeAll() async throws {
                    for known in KnownHash.all {
                        _ = try await hasher.verify(presented, against: PasswordHash(stored: known.text))
                    }
                }
                for _ in 0..<2 { try await judgeAll() }
                let before = try AddressSpace.residentBytes()
                for _ in 0..<12 { try await judgeAll() }
                let after = try AddressSpace.residentBytes()
                guard after < before + 2_000_000 else {
                    print("resident before \(before), after \(after)")
                    exit(1)
                }
            }
        }
    #endif

    @Test(arguments: [
        "", "password", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ", "$2b$12$abcdefghijklmnopqrstuv",
        "$2b$15$abcdefghijklmnopqrstuuTZJPBNzeBzAlxD4UKwgvGORvgDZj9sm",
        "pbkdf2_sha256$1000$seasalt2seasalt2$zU5AZO+q3BQs8wjYk63K6MkmzA8pgpmxuE/RgiDJYnM=",
        "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ])
    func `a damaged hash is an error and never a match`(_ stored: String) async throws {
        await #expect(throws: PasswordHasherError.storedHashUnreadable) {
            try await hasher.verify(PresentedPassword("password"), against: PasswordHash(stored: stored))
        }
    }

    @Test func `a short imported password is verified and rehashed`() async throws {
        let imported = PasswordHash(
            stored: "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc")
        let presented = PresentedPassword("password")
        #expect(try await hasher.verify(presented, against: imported) == .match(needsRehash: true))
        let rehashed = try await hasher.rehash(presented)
        #expect(try await hasher.verify(presented, against: rehashed) == .match(needsRehash: false))
    }

    @Test func `the words of an overload say when to come again`() {
        #expect("\(PasswordHasherError.overloaded(retryAfterSeconds: 3))".contains("3 s"))
    }

    @Test func `a stopped hasher refuses`() async throws {
        let hasher = try PasswordHasher(threads: 1)
        hasher.stop()
        await #expect(throws: PasswordHasherError.stopped) { try await hasher.hash(.accepted(phrase)) }
    }
}
