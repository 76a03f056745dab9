import OAuth
import Storage
import TestSupport
import Testing

@testable import TykvaServer

/// Refreshes that wait for their turn at the store.
@Suite(.serialized, .timeLimit(.minutes(15))) struct RefreshWaitTests {
    @Test(arguments: Engine.available, [Int64(1), 2])
    func `a retry is judged when its turn comes, not when it began to wait`(
        _ engine: Engine, _ waited: Int64
    ) async throws {
        try await engine.withDatabase { database in
            let scene = try await GrantScene(database)
            let first = try #require(try await scene.signIn().refreshToken)
            let second = try #require(try await scene.refresh(first, through: database).refreshToken)
            scene.manual.advance(by: .seconds(59))
            let busy = BusyDatabase(database) { scene.manual.advance(by: .seconds(waited)) }
            if waited == 1 {
                let again = try await scene.refresh(first, through: busy).refreshToken
                #expect(again == second)
            } else {
                await #expect(throws: OAuthError.self) { _ = try await scene.refresh(first, through: busy) }
            }
        }
    }
}

/// A store at which every transaction that writes has to wait.
private final class BusyDatabase: ForwardingDatabase {
    let inner: any Database
    private let wait: @Sendable () -> Void

    init(_ inner: any Database, _ wait: @escaping @Sendable () -> Void) {
        self.inner = inner
        self.wait = wait
    }

    func write<Outcome: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        wait()
        return try await inner.write(body)
    }
}
