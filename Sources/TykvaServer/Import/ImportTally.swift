package import Secrets

/// What became of an import, in numbers; however long it is, this stays small.
package struct ImportTally: Sendable {
    /// So many names of each kind of omission are told.
    private static let maximumNames = 20
    private static let maximumNameCharacters = 64

    package private(set) var added = 0
    package private(set) var refused = 0
    /// Of the refused, those with whose hash nobody could ever sign in.
    package private(set) var unverifiable = 0
    package private(set) var withoutPassword = 0
    /// Of the added, by how their passwords are hashed.
    package private(set) var hashes: [PasswordScheme: Int] = [:]
    /// How many of the added have something that was not taken over.
    package private(set) var omissions: [KeycloakOmission.Kind: Int] = [:]
    /// Which ones, as far as names say something.
    package private(set) var omittedNames: [KeycloakOmission.Kind: Set<String>] = [:]

    package init() {}

    package var seen: Int { added + refused }

    package mutating func add(_ user: ImportedUser) {
        added += 1
        if let scheme = user.scheme { hashes[scheme, default: 0] += 1 } else { withoutPassword += 1 }
        for kind in Set(user.omissions.map(\.kind)) { omissions[kind, default: 0] += 1 }
        for omission in user.omissions {
            guard let name = omission.name?.prefix(Self.maximumNameCharacters),
                omittedNames[omission.kind, default: []].count < Self.maximumNames
            else { continue }
            omittedNames[omission.kind, default: []].insert(String(name))
        }
    }

    package mutating func refuse(_ refusal: ImportRefusal) {
        refused += 1
        if refusal.isUnverifiableHash { unverifiable += 1 }
    }
}
