import OAuth
import Secrets
import TestSupport

@testable import Storage

/// A small deployment with rows in every table, whose keys the engines put in different orders.
struct MoveScene: Sendable {
    static let issuer = "https://auth.example.com"
    let scene: RefreshScene
    var database: any Database { scene.database }

    static func with<Outcome>(_ engine: Engine, _ body: (MoveScene) async throws -> Outcome) async throws -> Outcome {
        try await RefreshScene.with(engine) { scene in
            let made = MoveScene(scene: scene)
            try await made.fill()
            return try await body(made)
        }
    }

    private static let words = ["a", "B", "ä", "Z", "z", "_", "é", "e\u{301}", "\u{1F383}", "10", "9", "-"]

    private func fill() async throws {
        let issuer = try Issuer(Self.issuer)
        let user = scene.user
        let first = try await scene.families(7, at: 3)
        let webhook = Webhook(
            id: .random(), url: try WebhookURL("https://hooks.example/"), allowsPrivate: true, sealedSecret: [1, 2],
            createdAt: RefreshScene.start)
        try await database.administer { tx throws(StorageError) in
            let now = RefreshScene.start
            _ = try tx.run(.makeDeployment(issuer: issuer, isDev: false, at: now))
            try tx.run(.register(.init(number: 1, checkValue: [1, 2, 3]), at: now))
            try tx.run(.register(.init(number: 2, checkValue: []), at: now))
            for number in 0..<3 { try tx.run(.sampleKey(number)) }
            try tx.run(Statement("INSERT INTO attribute (name, class, type) VALUES ('plan', 'public', 'string')"))
            try tx.run(Statement("UPDATE attribute SET class = 'secret' WHERE name = 'groups'"))
            try tx.run(
                Statement("INSERT INTO account_attribute (account_id, name, value) VALUES (\(user), 'plan', '\"x\"')"))
            try tx.run(Statement("INSERT INTO client_claim (client_id, attribute) VALUES ('shop', 'plan')"))
            for word in Self.words {
                try tx.run(Statement("INSERT INTO account_role (account_id, role) VALUES (\(user), \(word))"))
                try tx.run(.sampleOutbox(word))
            }
            try tx.run(
                Statement("UPDATE token_family SET fast_forward_epoch = 5 WHERE id = \(first[0].key)"))
            _ = try tx.run(.signOut(first[1].session, at: now))
            for number in UInt8(0)..<3 {
                let hash = TokenHash(of: [number])
                let code = NewAuthorizationCode(
                    hash: hash, client: scene.owner.client, user: user, session: first[0].session,
                    redirectURI: "https://a.example/", codeChallenge: "c", scope: .empty,
                    nonce: number == 0 ? nil : "n", authentication: .init(time: now, methods: []), createdAt: now,
                    expiresAt: now)
                _ = try tx.issue(code)
                try tx.run(
                    .push(.init(hash: hash, client: scene.owner.client, parameters: "", createdAt: now, expiresAt: now))
                )
                _ = try tx.run(.useAssertion(hash, expiresAt: now, at: now))
            }
            try tx.run(.write(.init(user: user, client: scene.owner.client, scope: .empty, grantedAt: now)))
            try tx.run(.insert(webhook))
            try tx.run(.insert(.newDevice, for: webhook.id))
            let told = Event(at: RefreshScene.start, type: .newDevice, user: user)
            try tx.recordAndTell(told, .newDevice, to: user)
            try tx.run(
                .insert([
                    NewLink(
                        hash: TokenHash(of: "link"), purpose: .notMe, user: user, event: told.id,
                        createdAt: RefreshScene.start)
                ]))
            try tx.run(.addDevice(TokenHash(of: "device"), of: user, by: RefreshScene.home, at: RefreshScene.start))
            for word in Self.words {
                let client = try? ClientID.sample(word)
                var count = RefreshCount()
                count.rotated = .max / 2
                try tx.run(.put(.init(client: client, day: -1, node: word, count: count)))
                try tx.run(
                    Statement(
                        """
                        INSERT INTO registration (
                            id, email, email_key, language, query, created_at, expires_at, closed_at)
                        VALUES (\(word), \(word), \(word), 'en', '', \(now), \(now), \(now))
                        """))
            }
            for key in [GuessKey.network(.unknown), .session(first[0].session, of: user)] {
                _ = try tx.run(.countFailure(key, at: RefreshScene.start))
            }
            try tx.run(Statement("INSERT INTO periodic_work VALUES ('sweep', 'node', 1, 2)"))
        }
    }

    /// Changes one row, as somebody who works on the source would.
    func change(_ text: String) async throws {
        try await database.once(
            Statement("UPDATE account SET display_name = \(text) WHERE id = \(scene.user)"))
    }

    /// Everything that a move is to carry over, byte for byte, whatever the engine and its order.
    static func contents(of database: any Database) async throws -> [String: Set<[UInt8]>] {
        try await database.read { tx throws(StorageError) in
            var contents: [String: Set<[UInt8]>] = [:]
            for table in MovedTable.all {
                let rows = try tx.run(.page(of: table, after: nil, limit: 10_000))
                contents[table.title] = Set(rows.map(CanonicalRow.encode))
            }
            return contents
        }
    }
}

extension Statement where Answer == Void {
    fileprivate static func sampleKey(_ number: Int) -> Self {
        let (id, sealed) = ("key-\(number)", [UInt8](repeating: UInt8(number), count: number))
        // One successor, and former ones.
        let goneAt = number == 0 ? nil : Int64(number)
        return Self(
            """
            INSERT INTO signing_key (id, algorithm, public_jwk, sealed_private, published_at, gone_at)
            VALUES (\(id), 'ES256', '{}', \(sealed), \(Int64.max), \(goneAt))
            """)
    }

    fileprivate static func sampleOutbox(_ id: String) -> Self {
        Self(
            """
            INSERT INTO outbox (id, event_id, kind, payload, created_at, next_attempt_at, attempts)
            VALUES (\(id), '', 'mail', \("line\nline"), -1, 0, 0)
            """)
    }
}
