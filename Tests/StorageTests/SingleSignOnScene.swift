import OAuth
import Secrets
import TestSupport

@testable import Storage

/// A user with a browser: sessions with cookies, codes, and applications that want to be told.
struct SingleSignOnScene: Sendable {
    static let start = RefreshScene.start
    static let later = RefreshScene.start + .minutes(5)
    static let password = AccessTokenClaims.Authentication(time: start, methods: ["pwd"])
    let scene: RefreshScene
    var database: any Database { scene.database }
    var user: UserID { scene.user }
    /// Wants to be told of sign-outs; `other` does not.
    var shop: ClientID { scene.owner.client }
    var other: ClientID { scene.stranger.client }

    static func with<Outcome>(
        _ engine: Engine, _ body: (SingleSignOnScene) async throws -> Outcome
    ) async throws -> Outcome {
        try await RefreshScene.with(engine) { scene in
            let made = SingleSignOnScene(scene: scene)
            try await made.database.once(
                Statement(
                    "UPDATE client SET backchannel_logout_uri = \("https://shop.example/out") WHERE id = \(made.shop)"))
            return try await body(made)
        }
    }

    static func hash(_ text: String) -> TokenHash { TokenHash(of: text) }

    func addUser(_ name: String) async throws -> UserID {
        let id = UserID.random()
        let name = try UserName(name)
        _ = try await database.once(.add(id, name: name, displayName: nil, email: nil, at: Self.start))
        return id
    }

    /// Signs somebody in with a cookie, for 12 hours of silence and 30 days.
    @discardableResult
    func signIn(
        _ cookie: String, as user: UserID? = nil, replacing former: SessionID? = nil, on device: String = "device",
        at now: Milliseconds = start
    ) async throws -> SessionID? {
        let session = NewBrowserSession(
            user: user ?? self.user, cookie: Self.hash(cookie), authentication: .init(time: now, methods: ["pwd"]),
            createdAt: now, idleExpiresAt: now + .hours(12), expiresAt: now + .days(30), holder: RefreshScene.home,
            device: Self.hash(device), language: "en")
        return try await database.write { tx throws(StorageError) in
            try tx.signIn(
                session, replacing: former, checked: nil, forgetting: [],
                Event(at: now, type: .signInSucceeded, user: session.user))
        }
    }

    func found(_ cookie: String, at now: Milliseconds = start) async throws -> BrowserSession? {
        try await database.once(.browserSession(cookie: Self.hash(cookie), at: now))
    }

    func code(
        _ text: String, in session: SessionID, of client: ClientID? = nil, user: UserID? = nil,
        at now: Milliseconds = start
    ) throws -> NewAuthorizationCode {
        NewAuthorizationCode(
            hash: Self.hash(text), client: client ?? shop, user: user ?? self.user, session: session,
            redirectURI: "https://shop.example/cb", codeChallenge: "challenge",
            scope: try Scope.sample("openid email"), nonce: "n-1", idTokenClaims: ["email"],
            userInfoClaims: ["birthdate", "plan"], authentication: Self.password, createdAt: now,
            expiresAt: now + .seconds(60))
    }

    @discardableResult
    func issue(_ code: NewAuthorizationCode) async throws -> Bool {
        try await database.write { tx throws(StorageError) in try tx.issue(code) }
    }

    func family(
        in session: SessionID, of client: ClientID? = nil, scope: String = "openid", claims: [String] = [],
        lifetime: Duration = .days(180)
    ) throws -> NewFamily {
        NewFamily(
            id: FamilyID.random().key, user: user, client: client ?? shop, session: session,
            scope: try Scope.sample(scope), resources: [], tokenKey: 1, authentication: Self.password,
            createdAt: Self.start, idleExpiresAt: Self.start + .days(30), expiresAt: Self.start + lifetime,
            holder: RefreshScene.home, requestedClaims: claims)
    }

    /// Begins families in a session that lives.
    func begin(_ families: NewFamily...) async throws {
        try await database.write { tx throws(StorageError) in
            for family in families {
                guard try tx.run(.takeForNewFamily(family.session)) else { throw .conflict(reason: "over") }
                try tx.run(.insert(family))
            }
        }
    }

    func hasEnded(_ family: NewFamily) async throws -> Bool { try await scene.row(family.id)?.hasEnded ?? true }

    func notices() async throws -> [BackchannelLogoutNotice] {
        try await database.once(
            Statement("SELECT payload FROM outbox ORDER BY session_id, client_id") { rows throws(StorageError) in
                try rows.map { row throws(StorageError) in
                    guard let notice = BackchannelLogoutNotice(payload: try row.text("payload")) else {
                        throw .corrupt(reason: "a payload is no notice")
                    }
                    return notice
                }
            })
    }

    func signOut(_ session: SessionID, at now: Milliseconds = later) async throws -> Bool {
        try await database.write { tx throws(StorageError) in
            try tx.signOut(session, at: now, Event(at: now, type: .signedOut, session: session))
        }
    }

    func events(_ type: EventType) async throws -> [Event] {
        try await database.once(.events(EventFilter(type: type)))
    }
}

extension Scope {
    static func sample(_ text: String) throws -> Scope {
        guard let scope = Scope(text) else { throw InvalidValue("scope", text) }
        return scope
    }
}
