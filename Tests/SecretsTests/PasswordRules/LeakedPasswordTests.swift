import Synchronization
import TestSupport
import Testing

@testable import Secrets

@Suite struct LeakedPasswordTests {
    // SHA-1 of "password", as everybody knows it: 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8.
    private let query = LeakedPasswordQuery("password")
    private let suffix = "1E4C9B93F3F0682250B6CF8331B7EE68FD8"
    private let other = "003D68EB55068C33ACE09247EE4C639306B"

    private func isListed(_ range: String) -> Bool? { query.isListed(in: Array(range.utf8)) }

    @Test func `five digits of the hash are asked for`() {
        #expect(query.prefix == "5BAA6")
        // The bytes of NFC, as they are hashed for the store too.
        #expect(LeakedPasswordQuery("é").prefix == "BF15B")
    }

    @Test func `a line with its other digits tells of it`() {
        #expect(isListed("\(other):3\r\n\(suffix):9545824\r\n") == true)
        #expect(isListed("\(suffix):1") == true)
        #expect(isListed("\(suffix.lowercased()):2\n\(other):1\n") == true)
        #expect(isListed("\(other):3\r\n\(String(other.reversed())):2\r\n") == false)
        #expect(isListed("") == false)
    }

    @Test func `a line that was never seen is padding`() {
        #expect(isListed("\(suffix):0\r\n\(other):4\r\n") == false)
        #expect(isListed("\(suffix):000") == false)
    }

    @Test(arguments: [
        "<html>no such page</html>", "1E4C9B93F3F0682250B6CF8331B7EE68FD8", "1E4C9B93F3F0682250B6CF8331B7EE68FD8:",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8:-1", "1E4C9B93F3F0682250B6CF8331B7EE68FD8:1:1", "1E4C9:1",
        "1E4C9B93F3F0682250B6CF8331B7EE68FDG:1", "1E4C9B93F3F0682250B6CF8331B7EE68FD8 : 1",
        "1E4C9B93F3F0682250B6CF8331B7EE68FD8:99999999999", "1E4C9B93F3F0682250B6CF8331B7EE68FD8:1\n{}", "\u{0}",
    ])
    func `anything else is no range`(_ answer: String) {
        #expect(isListed(answer) == nil)
    }

    @Test func `a leaked password is refused last, and others are not asked about`() async throws {
        let source = Source()
        let rules = PasswordRules(minimum: .standard, common: .none, serviceNames: ["tykva"], leaked: source)
        await #expect(throws: PasswordError.leaked) {
            try await rules.accept("correct horse battery staple", for: .nobody)
        }
        _ = try await rules.accept("pumpkin lantern candle", for: .nobody)
        let asked = source.asked
        #expect(asked.count == 2)
        for text in ["short", "aaaaaaaaaaaaaaa", "abcdefghijklmnop", "tykvatykvatykva1"] {
            await #expect(throws: PasswordError.self) { try await rules.accept(text, for: .nobody) }
        }
        #expect(source.asked == asked)
    }

    /// Knows one password.
    private final class Source: LeakedPasswords {
        private let prefixes = Mutex<[String]>([])
        var asked: [String] { prefixes.withLock { $0 } }

        func contains(_ query: LeakedPasswordQuery) async -> Bool {
            prefixes.withLock { $0.append(query.prefix) }
            return query.prefix == LeakedPasswordQuery("correct horse battery staple").prefix
        }
    }
}
