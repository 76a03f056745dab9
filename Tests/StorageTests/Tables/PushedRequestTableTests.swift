import OAuth
import Secrets
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct PushedRequestTableTests {
    private static let start = SingleSignOnScene.start
    private static let request = SingleSignOnScene.hash("request")

    private func push(_ scene: SingleSignOnScene, _ hash: TokenHash = request) async throws {
        let request = NewPushedRequest(
            hash: hash, client: scene.shop, parameters: "scope=openid&state=%20", createdAt: Self.start,
            expiresAt: Self.start + .seconds(90))
        try await scene.database.once(.push(request))
    }

    private func open(
        _ scene: SingleSignOnScene, as client: ClientID? = nil, at seconds: Int64
    ) async throws -> String? {
        let now = Self.start + .seconds(seconds)
        let client = client ?? scene.shop
        let pushed = try await scene.database.once(.pushedRequest(Self.request, of: client, at: now))
        guard let pushed else { return nil }
        let isFirst = try await scene.database.once(
            .openPushedRequest(Self.request, at: now, until: now + .minutes(30)))
        #expect(isFirst != pushed.isOpened)
        return pushed.parameters
    }

    @Test(arguments: Engine.available)
    func `a request is opened in time, and then lives as long as its pages`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            try await push(scene)
            #expect(try await open(scene, as: scene.other, at: 10) == nil)
            #expect(try await open(scene, at: 89) == "scope=openid&state=%20")
            #expect(try await open(scene, at: 1800) == "scope=openid&state=%20")
            // The second opening did not prolong it.
            #expect(try await open(scene, at: 89 + 1800) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `a request that nobody opened in time is over`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            try await push(scene)
            #expect(try await open(scene, at: 90) == nil)
            #expect(try await scene.database.once(.removeExpiredPushedRequests(at: Self.start + .seconds(89))) == 0)
            #expect(try await scene.database.once(.removeExpiredPushedRequests(at: Self.start + .seconds(90))) == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a request that has its answer is gone, and goes with its client`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            try await push(scene)
            #expect(try await scene.database.once(.pushedRequests(of: scene.shop, limit: 9)) == 1)
            #expect(try await scene.database.once(.removePushedRequest(Self.request)))
            #expect(try await !scene.database.once(.removePushedRequest(Self.request)), "it is answered once")
            #expect(try await scene.database.once(.pushedRequests(of: scene.shop, limit: 9)) == 0)
            #expect(try await open(scene, at: 1) == nil)
            try await push(scene)
            _ = try await scene.database.write { tx throws(StorageError) in
                try tx.removeClient(scene.shop, Event(at: Self.start, type: .clientRemoved))
            }
            #expect(try await open(scene, at: 1) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `the oldest requests of a client make room`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            for number in 0..<5 { try await push(scene, SingleSignOnScene.hash("\(number)")) }
            #expect(try await scene.database.once(.removeOldestPushedRequests(of: scene.other, count: 9)) == 0)
            #expect(try await scene.database.once(.removeOldestPushedRequests(of: scene.shop, count: 2)) == 2)
            #expect(try await scene.database.once(.pushedRequests(of: scene.shop, limit: 9)) == 3)
        }
    }

    @Test(arguments: Engine.available)
    func `an assertion is used once, by one of any number of calls, until it expires`(_ engine: Engine) async throws {
        try await SingleSignOnScene.with(engine) { scene in
            let (key, database) = (SingleSignOnScene.hash("client jti"), scene.database)
            let expiry = Self.start + .minutes(5)
            let uses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await database.once(.useAssertion(key, expiresAt: expiry, at: Self.start)) ? 1 : 0
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(uses == 1)
            let other = SingleSignOnScene.hash("client other")
            #expect(try await database.once(.useAssertion(other, expiresAt: expiry, at: Self.start)))
            #expect(try await database.once(.removeExpiredAssertions(at: expiry - .milliseconds(1))) == 0)
            let next = expiry + .minutes(5)
            #expect(try await !database.once(.useAssertion(key, expiresAt: next, at: expiry - .milliseconds(1))))
            #expect(try await database.once(.useAssertion(key, expiresAt: next, at: expiry)))
            #expect(try await !database.once(.useAssertion(key, expiresAt: next, at: expiry)))
            #expect(try await database.once(.removeExpiredAssertions(at: expiry)) == 1)
        }
    }
}
