import Logging
import OAuth
import Synchronization
import TestSupport
import Testing
import TykvaVerifier

@testable import TykvaServer

/// A client's server: what it publishes, whether it is up, and how often it was asked.
private final class Publisher: Sendable {
    private struct State {
        var json = ""
        var isUp = true
        var asked = 0
    }

    private let state = Mutex(State())

    init(_ json: String) { publish(json) }

    var asked: Int { state.withLock { $0.asked } }
    func publish(_ json: String) { state.withLock { $0.json = json } }
    func setUp(_ isUp: Bool) { state.withLock { $0.isUp = isUp } }

    func answer() throws -> [UInt8] {
        try state.withLock { state in
            state.asked += 1
            guard state.isUp else { throw InvalidValue("test", "down") }
            return Array(state.json.utf8)
        }
    }
}

@Suite struct ClientKeySetsTests {
    private let clock = ManualClock()
    private let publisher = Publisher(ClientKey.es256(kid: "a").set())

    private func sets() -> ClientKeySets {
        let (clock, publisher) = (clock, publisher)
        return ClientKeySets(
            monotonic: { clock.monotonic }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) {
            _ in
            await Task.yield()
            return try publisher.answer()
        }
    }

    private func has(_ kid: String, _ sets: ClientKeySets, client: String = "keyed") async throws -> Bool {
        let client = try #require(ClientID(client))
        let finding = await sets.key(id: kid, for: .es256, of: client, .url("https://keys.example/jwks"))
        if case .key = finding { return true }
        return false
    }

    @Test func `a set is fetched once and used for five minutes`() async throws {
        let sets = sets()
        for _ in 0..<3 { #expect(try await has("a", sets)) }
        clock.advance(by: .seconds(299))
        #expect(try await has("a", sets))
        #expect(publisher.asked == 1)
        clock.advance(by: .seconds(1))
        #expect(try await has("a", sets))
        #expect(publisher.asked == 2)
    }

    @Test func `all who wait share one fetch, and each client has its own`() async throws {
        let sets = sets()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { try await has("a", sets) } }
            for try await found in group { #expect(found) }
        }
        #expect(publisher.asked == 1)
        #expect(try await has("a", sets, client: "other"))
        #expect(publisher.asked == 2)
    }

    @Test func `a new key is found, with one fetch at most in thirty seconds`() async throws {
        let sets = sets()
        #expect(try await has("a", sets))
        publisher.publish(ClientKey.es256(kid: "b").set())
        for _ in 0..<3 { #expect(try await !has("b", sets)) }
        #expect(publisher.asked == 1)
        clock.advance(by: .seconds(30))
        #expect(try await has("b", sets))
        #expect(try await !has("c", sets))
        #expect(publisher.asked == 2)
    }

    @Test func `known keys go on for ten minutes without the client's server`() async throws {
        let sets = sets()
        #expect(try await has("a", sets))
        publisher.setUp(false)
        clock.advance(by: .minutes(6))
        for _ in 0..<3 { #expect(try await has("a", sets)) }
        #expect(publisher.asked == 2)
        clock.advance(by: .minutes(9))
        #expect(try await !has("a", sets))
        publisher.setUp(true)
        clock.advance(by: .seconds(5))
        #expect(try await has("a", sets))
    }

    @Test func `a server that is down or talks nonsense is not asked by every request`() async throws {
        publisher.publish(#"{"keys":[{"kty":"oct","k":"AA"}]}"#)
        let sets = sets()
        for _ in 0..<5 { #expect(try await !has("a", sets)) }
        #expect(publisher.asked == 1)
        clock.advance(by: .seconds(5))
        #expect(try await !has("a", sets))
        #expect(publisher.asked == 2)
    }

    @Test func `the number of sets that are kept is bounded`() async throws {
        let sets = sets()
        for number in 0...Limits.cachedKeySets { #expect(try await has("a", sets, client: "c\(number)")) }
        #expect(publisher.asked == Limits.cachedKeySets + 1)
        // The first is forgotten and fetched again; the last is not.
        #expect(try await has("a", sets, client: "c\(Limits.cachedKeySets)"))
        #expect(publisher.asked == Limits.cachedKeySets + 1)
    }
}
