import OAuth
import Secrets
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// Nodes of the version before go on while a newer one migrates the store under them, and after.
@Suite(.timeLimit(.minutes(15))) struct OlderNodeTests {
    private static let start = RefreshScene.start

    /// What the workers have done, and whether they may stop.
    private final class Progress: Sendable {
        private let state = Mutex((counts: [0, 0, 0], isMigrated: false))

        func note(_ worker: Int) { state.withLock { $0.counts[worker] += 1 } }

        var isUnderWay: Bool { state.withLock { $0.counts.allSatisfy { $0 >= 10 } } }

        func migrated() { state.withLock { $0 = ([0, 0, 0], true) } }

        var isDone: Bool { state.withLock { $0.isMigrated && $0.counts.allSatisfy { $0 >= 10 } } }
    }

    @Test(arguments: Engine.available)
    func `refreshes and sign-ins of schema 3 go on under the steps to today`(_ engine: Engine) async throws {
        for _ in 0..<3 {
            try await engine.withStore { store in
                let (older, newer) = (try await store.open(), try await store.open())
                try await Migrator(Array(Schema.migrations.prefix(3))).migrate(older, at: Self.start.value)
                let user = UserID.random()
                try await Self.fill(older, user)
                let progress = Progress()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await Self.signIn(user, older, progress) }
                    group.addTask { try await Self.refresh(user, older, progress) }
                    group.addTask { try await Self.look(older, progress) }
                    group.addTask {
                        while !progress.isUnderWay { try await Task.sleep(for: .milliseconds(1)) }
                        let taken = try await Schema.migrator.migrate(newer, at: Self.start.value)
                        #expect(taken.map(\.number).contains(Schema.migrations.count))
                        progress.migrated()
                    }
                    try await group.waitForAll()
                }
                await older.close()
                await newer.close()
            }
        }
    }

    /// Also the newer node reads what the older one writes.
    @Test(arguments: Engine.available)
    func `what schema 3 writes is whole in schema 4`(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await Schema.migrator.migrate(database, at: Self.start.value)
            let user = UserID.random()
            try await Self.fill(database, user)
            let family = FamilyID.random().key
            try await Self.begin(family, user, database)
            let listing = try #require(
                try await database.once(.sessions(of: user, before: nil, limit: 9)).first)
            #expect(listing.browser == nil)
            #expect(!listing.isSignedIn(at: Self.start))
            let client = try #require(try await database.once(.clients()).first)
            #expect(client.displayName == nil)
            #expect(client.authentication == .none)
            let record = try await database.read { tx throws(StorageError) in
                try tx.userInfo(
                    user, session: listing.session, client: client.id, token: AccessTokenID(family: family),
                    at: Self.start)
            }
            #expect(record?.requestedClaims == [])
        }
    }

    private static func signIn(_ user: UserID, _ database: any Database, _ progress: Progress) async throws {
        while !progress.isDone {
            try Task.checkCancellation()
            try await begin(FamilyID.random().key, user, database)
            progress.note(0)
        }
    }

    private static func refresh(_ user: UserID, _ database: any Database, _ progress: Progress) async throws {
        let family = FamilyID.random().key
        try await begin(family, user, database)
        var generation: Int64 = 0
        while !progress.isDone {
            try Task.checkCancellation()
            try #require(try await database.once(.rotateInSchema3(family, generation)))
            generation += 1
            progress.note(1)
        }
    }

    private static func look(_ database: any Database, _ progress: Progress) async throws {
        while !progress.isDone {
            try Task.checkCancellation()
            let ids = try await database.once(.clientsOfSchema3)
            #expect(ids == ["shop"])
            progress.note(2)
        }
    }

    private static func fill(_ database: any Database, _ user: UserID) async throws {
        try await database.once(.userOfSchema3(user, at: start))
        try await database.once(.clientOfSchema3)
    }

    /// A sign-in as schema 3 knows it.
    private static func begin(_ family: FamilyKey, _ user: UserID, _ database: any Database) async throws {
        let session = SessionID.random()
        let isBegun = try await database.write { tx throws(StorageError) in
            guard try tx.run(.signInOfSchema3(user, at: start)) else { return false }
            try tx.run(.sessionOfSchema3(session, user))
            guard try tx.run(.takenInSchema3(session)) else { return false }
            try tx.run(.familyOfSchema3(family, user, session))
            try tx.run(.eventOfSchema3(user, session))
            return true
        }
        #expect(isBegun)
    }
}

extension Statement where Answer == Bool {
    fileprivate static func signInOfSchema3(_ user: UserID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE account SET signed_in_at = \(now)
            WHERE id = \(user) AND disabled_at IS NULL AND COALESCE(password_hash, '') = ''
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Void {
    fileprivate static func userOfSchema3(_ user: UserID, at now: Milliseconds) -> Self {
        Self(
            """
            INSERT INTO account (id, name, name_key, claims, created_at) VALUES (\(user), 'anna', 'anna', '', \(now))
            """)
    }
}

extension Statement where Answer == [String] {
    fileprivate static var clientsOfSchema3: Self {
        Self(
            """
            SELECT id, secret_hash, first_party_at, grants, audiences, resource_servers, scope, redirect_uris,
                   post_logout_redirect_uris, created_at
            FROM client WHERE 1 = 1 ORDER BY id
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try row.text("id") } }
    }
}

extension Statement where Answer == Bool {
    fileprivate static func rotateInSchema3(_ family: FamilyKey, _ generation: Int64) -> Self {
        Self(
            """
            UPDATE token_family SET generation = \(generation + 1), rotated_at = \(RefreshScene.start)
            WHERE id = \(family) AND generation = \(generation) AND ended_at IS NULL RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    fileprivate static func takenInSchema3(_ session: SessionID) -> Self {
        Self("UPDATE session SET families = families + 1 WHERE id = \(session) AND ended_at IS NULL RETURNING id") {
            rows in !rows.isEmpty
        }
    }
}

extension Statement where Answer == Void {
    fileprivate static var clientOfSchema3: Self {
        Self(
            """
            INSERT INTO client (
                id, grants, audiences, resource_servers, scope, redirect_uris, post_logout_redirect_uris, created_at)
            VALUES ('shop', 'password refresh_token', '', '', '', '', '', \(RefreshScene.start))
            """)
    }

    fileprivate static func eventOfSchema3(_ user: UserID, _ session: SessionID) -> Self {
        Self(
            """
            INSERT INTO event (id, at, type, account_id, session_id, address, agent, request_id, detail)
            VALUES (
                \(EventID.random()), \(RefreshScene.start), 'sign_in_succeeded', \(user), \(session), '', '', '', '{}')
            """)
    }

    fileprivate static func sessionOfSchema3(_ session: SessionID, _ user: UserID) -> Self {
        Self(
            """
            INSERT INTO session (
                id, account_id, created_at, expires_at, auth_time, amr, created_address, created_agent, families)
            SELECT \(session), account.id, \(RefreshScene.start), \(RefreshScene.start + .days(9)),
                   \(RefreshScene.start), 'pwd', '192.0.2.1', 'Browser/1', 0
            FROM account WHERE account.id = \(user) AND account.disabled_at IS NULL
            RETURNING id
            """)
    }

    fileprivate static func familyOfSchema3(_ family: FamilyKey, _ user: UserID, _ session: SessionID) -> Self {
        Self(
            """
            INSERT INTO token_family (
                id, account_id, client_id, session_id, scope, audience, generation, token_key, auth_time, amr,
                created_at, rotated_at, idle_expires_at, expires_at, created_address, created_agent,
                rotated_address, rotated_agent, previous_address, previous_agent)
            VALUES (
                \(family), \(user), 'shop', \(session), 'openid', '', 0, 1, \(RefreshScene.start), 'pwd',
                \(RefreshScene.start), \(RefreshScene.start), \(RefreshScene.start + .days(9)),
                \(RefreshScene.start + .days(9)), '192.0.2.1', 'Browser/1', '192.0.2.1', 'Browser/1', '192.0.2.1',
                'Browser/1')
            """)
    }
}
