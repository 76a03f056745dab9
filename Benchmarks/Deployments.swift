import Foundation
import OAuth
import Secrets
import Storage
import StrictFormats
import TykvaServer

/// A data folder with users' sign-ins in it, ready for `tykva serve`.
struct PreparedDeployment {
    static let client = "bench"
    let folder: String
    let store: BenchmarkStore
    /// The first refresh token of each family.
    let tokens: [String]

    /// - Parameters:
    ///   - issuer: What the server will call itself.
    ///   - families: How many sign-ins there are.
    ///   - returned: Of how many the tokens are needed.
    static func make(
        _ store: BenchmarkStore = .sqlite, issuer: String, families: Int, returned: Int
    ) async throws -> PreparedDeployment {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tykva-bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let secrets = MasterSecrets(try MasterSecretFile.create(folder + "/master-secret"))
        let database = try await store.open(folder)
        let now = SystemTime.wall()
        try await Schema.migrator.migrate(database, at: now.value)
        let opened = try await OpenedDeployment(
            database, secrets: secrets, terms: .init(issuer: try Issuer(issuer), isDev: false), at: now)
        let (user, hash) = try await addUserAndClient(opened.database, at: now)
        let keys = RefreshKeys(secrets: secrets, issuer: try Issuer(issuer))
        var tokens: [String] = []
        for start in stride(from: 0, to: families, by: 1000) {
            let ids = (start..<min(start + 1000, families)).map { _ in FamilyID.random() }
            try await begin(ids, of: user, hash, keys, database, at: now)
            for id in ids where tokens.count < returned {
                RefreshToken(family: id, generation: 0, keyNumber: 1).text(keys: keys).map { tokens.append($0) }
            }
        }
        await database.close()
        return PreparedDeployment(folder: folder, store: store, tokens: tokens)
    }

    static let password = "correct horse battery staple"
    /// Who else signs in: of one person's passwords only a few are looked at at a time.
    static let people = (0..<SignInBenchmark.callers).map { "person-\($0)" }

    func remove() {
        try? FileManager.default.removeItem(atPath: folder)
        store.remove()
    }

    private static func addUserAndClient(_ database: any Database, at now: Milliseconds) async throws -> (
        UserID, PasswordHash
    ) {
        let user = UserID.random()
        guard let id = ClientID(client), let scope = Scope("orders:read"), let name = AttributeName("name"),
            let roles = AttributeName("roles"), let service = ServiceIdentifier("https://api.example.com")
        else { throw BenchmarkError("a sample is malformed") }
        let claims = try PublicClaims([(name, .string("Anna Karenina")), (roles, .array(["reader", "accountant"]))])
        let client = Client(
            id: id, authentication: .none, isFirstParty: true, grants: [.password, .refreshToken],
            audiences: [service], scope: scope, claims: ClaimPolicy(stored: [name, roles]), createdAt: now)
        let hasher = try PasswordHasher(threads: 1)
        let hash = try await hasher.hash(.accepted(password))
        hasher.stop()
        let userName = try UserName("anna")
        let others = try people.map { (UserID.random(), try UserName($0)) }
        _ = try await database.write { tx throws(StorageError) in
            _ = try tx.run(.add(user, name: userName, displayName: nil, email: nil, at: now))
            try tx.run(.setClaims(claims, of: user))
            try tx.run(.setPasswordHash(hash.stored, of: user))
            for (id, name) in others {
                let other = Statement.add(
                    id, name: name, displayName: nil, email: nil, passwordHash: hash.stored, claims: claims, at: now)
                _ = try tx.run(other)
            }
            return try tx.add(client, Event(at: now, type: .clientAdded))
        }
        return (user, hash)
    }

    private static func begin(
        _ ids: [FamilyID], of user: UserID, _ hash: PasswordHash, _ keys: RefreshKeys, _ database: any Database,
        at now: Milliseconds
    ) async throws {
        guard let client = ClientID(client), let scope = Scope("orders:read") else { return }
        let signedIn = AccessTokenClaims.Authentication(time: now, methods: ["pwd"])
        let holder = Holder(address: .unknown, agent: UserAgent(""))
        try await database.write { tx throws(StorageError) in
            for id in ids {
                let session = NewSession(
                    id: .random(), user: user, authentication: signedIn, createdAt: now,
                    expiresAt: now + .days(180), holder: holder)
                let family = NewFamily(
                    id: id.key, user: user, client: client, session: session.id, scope: scope, resources: [],
                    tokenKey: 1, authentication: signedIn, createdAt: now, idleExpiresAt: now + .days(30),
                    expiresAt: now + .days(180), holder: holder)
                let event = Event(at: now, type: .signInSucceeded, user: user)
                guard try tx.begin(session, family, checked: hash.stored, event) else {
                    throw .corrupt(reason: "a sign-in of the benchmark was refused")
                }
            }
        }
    }
}
