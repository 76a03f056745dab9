import Hummingbird
import OAuth
import Secrets
import Synchronization
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.serialized, .timeLimit(.minutes(15))) struct LeakedPasswordRangesTests {
    /// What an operator was told, and a clock that a test moves.
    private final class Operator: Sendable {
        private let state = Mutex((told: [String](), now: Int64(0)))
        var told: [String] { state.withLock { $0.told } }
        var now: Int64 { state.withLock { $0.now } }
        func tell(_ sentence: String) { state.withLock { $0.told.append(sentence) } }
        func advance(by time: Duration) { state.withLock { $0.now += time.components.seconds * 1000 } }
    }

    private func rules(
        _ url: LeakedPasswordsURL, _ person: Operator, seconds: Int64 = 600, allowsPrivate: Bool = true
    ) throws -> PasswordRules {
        let addresses = AddressRules(issuer: try Issuer("https://auth.example.com"), allowsPrivate: allowsPrivate)
        return PasswordRules(
            minimum: .standard, common: .none, serviceNames: [],
            leaked: LeakedPasswordRanges(
                url, OutgoingRequests(addresses, patience: .forTests), seconds: seconds, monotonic: { person.now },
                tell: person.tell))
    }

    @Test func `a leaked password is refused, by five digits of its hash, with padding asked for`() async throws {
        try await FakeRangeServer.run { server, url in
            let person = Operator()
            let rules = try rules(url, person)
            await #expect(throws: PasswordError.leaked) {
                try await rules.accept(FakeRangeServer.leaked, for: .nobody)
            }
            #expect(server.came == [server.prefix])
            _ = try await rules.accept("pumpkin lantern candle", for: .nobody)
            #expect(server.came.count == 2 && server.came.allSatisfy { $0.utf8.count == 5 })
            #expect(server.isPaddingAsked)
            #expect(person.told.isEmpty)
        }
    }

    @Test func `padding is no leak`() async throws {
        try await FakeRangeServer.run { server, url in
            let person = Operator()
            server.behave(.padding)
            _ = try await rules(url, person).accept(FakeRangeServer.leaked, for: .nobody)
            #expect(server.came.count == 1 && person.told.isEmpty)
        }
    }

    @Test(arguments: [
        (FakeRangeServer.Behaviour.garbage, "no range"), (.large, "too large"), (.broken, "500"), (.moved, "302"),
        (.slow, "within 2 seconds"), (.dripping, "within 2 seconds"),
    ])
    func `a server that does not answer keeps nobody from a password, and is told of`(
        _ behaviour: FakeRangeServer.Behaviour, _ words: String
    ) async throws {
        try await FakeRangeServer.run { server, url in
            let person = Operator()
            server.behave(behaviour)
            let isLate = behaviour == .slow || behaviour == .dripping
            _ = try await rules(url, person, seconds: isLate ? 2 : 600).accept(FakeRangeServer.leaked, for: .nobody)
            #expect(person.told.count == 1)
            #expect(person.told.allSatisfy { $0.contains(words) && $0.contains(url.text) }, "\(person.told)")
            expectNoSecret(in: person.told, server.prefix)
        }
    }

    @Test func `a server that is down or private is told of once in ten minutes`() async throws {
        let person = Operator()
        // Nobody listens there: the port is reserved.
        let down = try rules(LeakedPasswordsURL("http://127.0.0.1:1/range/"), person)
        for _ in 0..<3 { _ = try await down.accept(FakeRangeServer.leaked, for: .nobody) }
        #expect(person.told.count == 1)
        person.advance(by: .seconds(599))
        _ = try await down.accept(FakeRangeServer.leaked, for: .nobody)
        #expect(person.told.count == 1)
        person.advance(by: .seconds(1))
        _ = try await down.accept(FakeRangeServer.leaked, for: .nobody)
        #expect(person.told.count == 2)
        try await FakeRangeServer.run { server, url in
            let closed = try rules(url, person, allowsPrivate: false)
            _ = try await closed.accept(FakeRangeServer.leaked, for: .nobody)
            #expect(server.came.isEmpty)
            #expect(person.told.last?.contains("private") == true)
            expectNoSecret(in: person.told, server.prefix)
        }
    }

    @Test(arguments: [
        "", "api.example.com/range", "http://api.example.com/range", "ftp://127.0.0.1/range", "https://",
        "https://user@api.example.com/range", "https://api.example.com/range?x=", "https://api.example.com/ra nge",
        "https://api.example.com/#", "https://api.example.com/é",
        "https://api.example.com/" + String(repeating: "a", count: 512),
    ])
    func `an address that is none is refused`(_ text: String) {
        #expect(throws: InvalidValue.self) { try LeakedPasswordsURL(text) }
    }

    @Test func `the digits stand behind the address`() throws {
        for text in ["https://api.example.com/range", "https://api.example.com/range/"] {
            #expect(try LeakedPasswordsURL(text).range("5BAA6") == "https://api.example.com/range/5BAA6")
        }
        #expect(try LeakedPasswordsURL("http://localhost:8081").range("5BAA6") == "http://localhost:8081/5BAA6")
    }

    private func expectNoSecret(in told: [String], _ prefix: String) {
        for word in [prefix, prefix.lowercased(), "horse"] {
            #expect(!told.contains { $0.contains(word) }, "\(told)")
        }
    }
}
