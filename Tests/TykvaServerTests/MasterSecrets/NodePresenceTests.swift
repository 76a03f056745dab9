import OAuth
import Secrets
import ServiceLifecycle
import Storage
import Synchronization
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct NodePresenceTests {
    @Test(arguments: Engine.available)
    func `a node tells what it can read, notices a new line, and goes in order`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let one = MasterSecrets(.random())
            let both = try one.adding(.random(), 2)
            let scene = try await GrantScene(database, secrets: one)
            let file = SharedFile(one)
            let presence = NodePresence(
                database: database, secrets: scene.ring, reader: MasterSecretReader { try file.read() },
                clock: scene.clock, logger: GrantScene.logger)
            func nodes() async throws -> [ServingNode] {
                try await SecretAdministration(database).nodes(at: scene.manual.now)
            }
            let group = ServiceGroup(services: [presence], logger: GrantScene.logger)
            let running = Task { try await group.run() }
            try await eventually { try await nodes().map(\.readable) == [one.registered] }
            file.content.withLock { $0 = .success(both) }
            try await eventually { try await nodes().map(\.readable) == [both.registered] }
            // A file that is no longer to be read changes nothing.
            file.content.withLock { $0 = .failure(.missing(1)) }
            try await Task.sleep(for: .seconds(4))
            #expect(try await nodes().map(\.readable) == [both.registered])
            await group.triggerGracefulShutdown()
            try await running.value
            #expect(try await nodes().isEmpty)
        }
    }

    private final class SharedFile: Sendable {
        let content: Mutex<Result<MasterSecrets, MasterSecretRefusal>>

        init(_ secrets: MasterSecrets) { content = Mutex(.success(secrets)) }

        func read() throws -> MasterSecrets { try content.withLock { $0 }.get() }
    }
}
