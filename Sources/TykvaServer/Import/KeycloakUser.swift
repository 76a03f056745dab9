import OAuth
import Secrets
import StrictFormats

/// One user of a Keycloak realm export (`UserRepresentation`).
///
/// https://www.keycloak.org/docs-api/latest/rest-api/index.html#UserRepresentation
struct KeycloakUser {
    private static let json = JSONLimits(bytes: 1_048_576, depth: 16, members: 1_024)
    /// Roles that every user of a realm has, and that say nothing here.
    private static let builtInRoles: Set = ["offline_access", "uma_authorization"]

    private let record: ImportedValue
    private let definitions: [AttributeDefinition]
    private var omissions: Set<KeycloakOmission> = []

    static func read(_ bytes: [UInt8], _ definitions: [AttributeDefinition]) throws(ImportRefusal) -> ImportedUser {
        let object = try ImportedValue.object(bytes, json)
        var user = KeycloakUser(record: ImportedValue(object), definitions: definitions)
        return try user.imported()
    }

    private init(record: ImportedValue, definitions: [AttributeDefinition]) {
        self.record = record
        self.definitions = definitions
    }

    private mutating func imported() throws(ImportRefusal) -> ImportedUser {
        guard let name = try record.string("username") else { throw .value("user", "they have no username") }
        if try record.string("serviceAccountClientId") != nil {
            throw .value("user \(name.prefix(64))", "this is a client's service account: register the client instead")
        }
        let email = try record.string("email").flatMap { $0.isEmpty ? nil : $0 }
        let isVerified = try record.bool("emailVerified") ?? false
        let names = [try record.string("firstName"), try record.string("lastName")]
        let displayName = names.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ")
        let password = try password()
        let roles = try roles()
        let attributes = try attributes()
        // Without a word about it, Keycloak takes a user for disabled too.
        let isDisabled = try !(record.bool("enabled") ?? false)
        noteWhatStays()
        let user = try ImportRefusal.ofValue { () throws(InvalidValue) in
            NewUser(
                name: try UserName(name), displayName: try NewUser.displayName(displayName),
                email: try email.map { email throws(InvalidValue) in try EmailAddress(email) },
                emailIsVerified: isVerified && email != nil, roles: roles, attributes: attributes,
                passwordHash: password?.hash, isDisabled: isDisabled)
        }
        return ImportedUser(user, scheme: password?.scheme, omissions: omissions)
    }

    private mutating func password() throws(ImportRefusal) -> ImportedPasswordHash? {
        var password: ImportedPasswordHash?
        for value in try record.array("credentials") ?? [] {
            guard let object = value.objectValue else { throw .value("credentials", "they must be objects") }
            let credential = ImportedValue(object)
            guard try credential.string("type") == "password" else {
                omissions.insert(KeycloakOmission(.secondFactors))
                continue
            }
            guard let data = try credential.string("credentialData"),
                let secret = try credential.string("secretData")
            else {
                throw .value("password", "it has no credentialData and secretData, as Keycloak 8 and later write them")
            }
            // Keycloak has one for each user.
            guard password == nil else { throw .value("password", "there are two") }
            password = try ImportRefusal.ofHash { () throws(PasswordHashError) in
                try ImportedPasswordHash(keycloakCredentialData: data, secretData: secret)
            }
        }
        return password
    }

    private mutating func roles() throws(ImportRefusal) -> [RoleName] {
        let names = try record.strings("realmRoles") ?? []
        return taken(
            names.filter { !Self.builtInRoles.contains($0) && !$0.hasPrefix("default-roles-") }, or: .roles)
    }

    /// Attributes that are defined here, as their types want them, and the groups.
    private mutating func attributes() throws(ImportRefusal) -> [(name: String, value: JSONValue)] {
        var attributes: [(name: String, value: JSONValue)] = []
        for member in try record.object("attributes")?.members ?? [] {
            guard let definition = definition(member.name) else {
                omissions.insert(KeycloakOmission(.attributes, member.name))
                continue
            }
            guard let values = member.value.stringArrayValue else {
                throw .value("attribute \(definition.name)", "it must be an array of texts")
            }
            guard !values.isEmpty else { continue }
            attributes.append((member.name, try Self.value(values, definition)))
        }
        let groups = taken(try record.strings("groups") ?? [], or: .groups)
        if !groups.isEmpty { attributes.append(("groups", .array(groups.map { .string($0.text) }))) }
        return attributes
    }

    /// Not of those that are set otherwise: an attribute of Keycloak by such a name is another thing.
    private func definition(_ name: String) -> AttributeDefinition? {
        guard name != "groups", (try? AttributeValues.refuseKept(name)) != nil else { return nil }
        return definitions.first { $0.name.text == name }
    }

    private static func value(
        _ values: [String], _ definition: AttributeDefinition
    ) throws(ImportRefusal) -> JSONValue {
        if definition.type == .array { return .array(values.map(JSONValue.string)) }
        guard values.count == 1, let text = values.first else {
            throw .value("attribute \(definition.name)", "it has several values, and its type is no array")
        }
        if definition.type == .string { return .string(text) }
        guard let value = try? JSONValue(parsing: text, limits: AttributeLimits.json), definition.type.accepts(value)
        else {
            throw .value("attribute \(definition.name)", "its value is not of the type \(definition.type.rawValue)")
        }
        return value
    }

    private mutating func taken(_ names: [String], or kind: KeycloakOmission.Kind) -> [RoleName] {
        var taken: [RoleName] = []
        for name in names {
            if let role = RoleName(name) {
                if !taken.contains(role) { taken.append(role) }
            } else {
                omissions.insert(KeycloakOmission(kind, name))
            }
        }
        return taken
    }

    private mutating func noteWhatStays() {
        let kinds: [(String, KeycloakOmission.Kind)] = [
            ("requiredActions", .requiredActions), ("federatedIdentities", .identityProviders),
            ("federationLink", .userFederation), ("clientRoles", .clientRoles), ("clientConsents", .consents),
        ]
        for (member, kind) in kinds where record.isFilled(member) { omissions.insert(KeycloakOmission(kind)) }
    }
}
