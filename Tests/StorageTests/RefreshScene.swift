import OAuth
import TestSupport

@testable import Storage

/// A store with a user, two clients and as many token families as a test wants, each in a session of its own.
struct RefreshScene: Sendable {
    static let start = Milliseconds(1_000_000_000_000)
    static let idle: Duration = .days(30)
    static let absolute: Duration = .days(180)
    static let home = Holder(address: NetworkAddress("192.0.2.1") ?? .unknown, agent: UserAgent("Browser/1"))
    static let away = Holder(address: NetworkAddress("198.51.100.7") ?? .unknown, agent: UserAgent("Browser/2"))

    let database: any Database
    let user: UserID
    let owner: RefreshCaller
    let ownerAway: RefreshCaller
    let stranger: RefreshCaller

    struct Family: Sendable {
        let key: FamilyKey
        let session: SessionID
    }

    static func with<Outcome>(
        _ engine: Engine, _ body: (RefreshScene) async throws -> Outcome
    ) async throws -> Outcome {
        try await engine.withDatabase { database in
            _ = try await Schema.migrator.migrate(database, at: start.value)
            return try await body(RefreshScene(database))
        }
    }

    init(_ database: any Database) async throws {
        self.database = database
        let user = UserID.random()
        self.user = user
        let client = try ClientID.sample("shop")
        let other = try ClientID.sample("other")
        owner = RefreshCaller(client: client, holder: Self.home)
        ownerAway = RefreshCaller(client: client, holder: Self.away)
        stranger = RefreshCaller(client: other, holder: Self.home)
        let name = try UserName("anna")
        try await database.write { tx throws(StorageError) in
            try tx.run(.register(.init(number: 1, checkValue: [1, 2, 3]), isActive: true, at: Self.start))
            _ = try tx.run(.add(user, name: name, displayName: nil, email: nil, at: Self.start))
            for id in [client, other] {
                _ = try tx.run(
                    .insert(
                        Client(
                            id: id, authentication: .none, grants: [.password, .refreshToken], createdAt: Self.start)))
            }
        }
    }

    /// Families that stand at one generation, last rotated at the start by the owner at home, under key 1.
    func families(_ count: Int, at generation: UInt32) async throws -> [Family] {
        try await database.write { [user, owner] tx throws(StorageError) in
            var families: [Family] = []
            for _ in 0..<count {
                let family = Family(key: FamilyID.random().key, session: .random())
                let authentication = AccessTokenClaims.Authentication(time: Self.start, methods: ["pwd"])
                let session = NewSession(
                    id: family.session, user: user, authentication: authentication, createdAt: Self.start,
                    expiresAt: Self.start + Self.absolute, holder: Self.home)
                let new = NewFamily(
                    id: family.key, user: user, client: owner.client, session: family.session, scope: .empty,
                    resources: [], tokenKey: 1, authentication: authentication, createdAt: Self.start,
                    idleExpiresAt: Self.start + Self.idle, expiresAt: Self.start + Self.absolute, holder: Self.home)
                _ = try tx.begin(session, new, checked: nil, Event(at: Self.start, type: .signInSucceeded))
                try tx.run(.stand(family.key, at: generation))
                families.append(family)
            }
            return families
        }
    }

    func row(_ key: FamilyKey) async throws(StorageError) -> FamilyState? {
        try await database.read { tx throws(StorageError) in try tx.run(.judge(key))?.state }
    }

    func count(_ statement: Statement<Int64>) async throws(StorageError) -> Int64 { try await database.once(statement) }
}

extension ClientID {
    static func sample(_ text: String) throws -> ClientID {
        guard let id = ClientID(text) else { throw InvalidValue("client id", text) }
        return id
    }
}

extension Statement where Answer == Void {
    fileprivate static func stand(_ key: FamilyKey, at generation: UInt32) -> Self {
        Self("UPDATE token_family SET generation = \(Int64(generation)) WHERE id = \(key)")
    }
}

extension Statement where Answer == Int64 {
    static var familyCount: Self { Self("SELECT COUNT(*) AS n FROM token_family", firstNumber) }

    static var sessionCount: Self { Self("SELECT COUNT(*) AS n FROM session", firstNumber) }

    static var theftEventCount: Self {
        Self("SELECT COUNT(*) AS n FROM event WHERE type = \(EventType.refreshTheft.rawValue)", firstNumber)
    }

    static var theftEndCount: Self {
        Self(
            """
            SELECT COUNT(*) AS n FROM token_family
            WHERE end_reason IN (\(EndReason.lateTheft.rawValue), \(EndReason.staleTheft.rawValue))
            """, firstNumber)
    }
}

private func firstNumber(_ rows: [Row]) throws(StorageError) -> Int64 {
    guard let row = rows.first else { throw .corrupt(reason: "no row") }
    return try row.integer("n")
}
