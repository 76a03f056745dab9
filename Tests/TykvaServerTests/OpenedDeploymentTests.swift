import OAuth
import Secrets
import Storage
import StrictFormats
import TestSupport
import Testing

@testable import TykvaServer

/// What a start may take over, and what it leaves alone.
@Suite(.timeLimit(.minutes(15))) struct OpenedDeploymentTests {
    private let now = ManualClock().now
    private let secrets = MasterSecrets(.random())

    @Test(arguments: Engine.available)
    func `a first look takes over nothing that an operator has put in`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: now.value)
            _ = try await UserAdministration(database).add(NewUser(name: try UserName("olga")), at: now)
            await #expect(throws: InvalidValue.self) { _ = try await open(database, isDev: true) }
            #expect(try await open(database, isDev: false).deployment.devAt == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `of two first starts at once both find one deployment and one signing key`(_ engine: Engine) async throws {
        try await engine.withStore { store in
            let nodes = [try await store.open(), try await store.open()]
            try await Schema.migrator.migrate(nodes[0], at: now.value)
            let opened = try await withThrowingTaskGroup(of: Deployment.self) { group in
                for node in nodes { group.addTask { try await open(node, isDev: false).deployment } }
                return try await group.reduce(into: [Deployment]()) { $0.append($1) }
            }
            #expect(opened[0] == opened[1])
            let keys = try await nodes[0].read { tx throws(StorageError) in try tx.run(.signingKeys) }
            #expect(keys.count == 2)
            #expect(keys.count { $0.life.state(at: now) == .active } == 1)
            for node in nodes { await node.close() }
        }
    }

    @Test(arguments: Engine.available)
    func `a changed issuer ends every session and names both`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: now.value)
            _ = try await open(database, isDev: false)
            let user = try await UserAdministration(database).add(NewUser(name: try UserName("olga")), at: now).id
            let sessions = try await begin(1203, of: user, in: database)
            await #expect(throws: InvalidValue.self) { _ = try await open(database, isDev: false, "https://b.example") }
            _ = try await open(database, isDev: false, "https://b.example", mayChange: true)
            let page = try await SessionAdministration(database).page(of: user, after: nil, limit: 2000)
            #expect(page.count == sessions)
            #expect(page.allSatisfy { $0.endReason == EndReason.issuerChanged.rawValue })
            let events = try await database.read { tx throws(StorageError) in
                try tx.run(.events(EventFilter(type: .issuerChanged)))
            }
            #expect(events.map(\.detail) == [#"{"from":"https://a.example","to":"https://b.example"}"#])
        }
    }

    private func open(
        _ database: any Database, isDev: Bool, _ issuer: String = "https://a.example", mayChange: Bool = false
    ) async throws -> OpenedDeployment {
        try await OpenedDeployment(
            database, secrets: secrets,
            terms: .init(issuer: try Issuer(issuer), isDev: isDev, mayChangeIssuer: mayChange), at: now)
    }

    private func begin(_ count: Int, of user: UserID, in database: any Database) async throws -> Int {
        try await database.write { [now] tx throws(StorageError) in
            for _ in 0..<count {
                let session = NewSession(
                    id: .random(), user: user, authentication: .init(time: now, methods: ["pwd"]), createdAt: now,
                    expiresAt: now + .days(1), holder: Holder(address: .unknown, agent: UserAgent("")))
                _ = try tx.begin(session, nil, checked: nil, Event(at: now, type: .signInSucceeded))
            }
        }
        return count
    }
}
