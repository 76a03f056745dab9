package import OAuth
package import Secrets
package import Storage
import TykvaServer

extension DemoStory {
    /// People who can sign in with the demo's password.
    static let people: [(name: String, displayName: String, roles: [String])] = [
        ("anna", "Anna Sommer", ["reader", "accountant"]),
        ("boris", "Boris Winter", ["reader"]),
    ]

    /// Makes the demo's users and client where they are missing; what is there stays as it is.
    package static func prepare(_ database: any Database, hasher: PasswordHasher, at now: Milliseconds) async throws {
        let users = UserAdministration(database)
        // Everybody knows it: no deployment's rules hold for it.
        let rules = PasswordRules(minimum: .standard, common: .none, serviceNames: [], leaked: nil)
        for person in people {
            let name = try UserName(person.name)
            guard try await users.find(name) == nil else { continue }
            let owner = PasswordOwner(userName: person.name, email: nil, displayName: person.displayName)
            let hash = try await hasher.hash(rules.accept(password, for: owner))
            _ = try await users.add(
                NewUser(
                    name: name, displayName: person.displayName,
                    email: try EmailAddress("\(person.name)@demo.example"), emailIsVerified: true,
                    roles: person.roles.compactMap { RoleName($0) },
                    passwordHash: hash), at: now)
        }
        let clients = ClientAdministration(database)
        guard let id = ClientID(client), try await clients.find(id) == nil else { return }
        let lists = ClientLists(
            audiences: [audience, ordersAudience, billingAudience], scopes: scopes,
            claims: ["name", "preferred_username", "roles"])
        _ = try await clients.add(
            NewClient(
                id: id, isPublic: true, isFirstParty: true, grants: [.password, .refreshToken], lists: lists), at: now)
    }
}
