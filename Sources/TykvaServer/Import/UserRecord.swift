import OAuth
import Secrets
import StrictFormats

/// A line of our own form: an object with `name`, and what else is known of the user.
enum UserRecord {
    /// Bytes of a line. A user has 64 attributes of 2 KiB at most.
    static let maximumBytes = 262_144
    /// As deep as an attribute may be, inside two objects.
    private static let json = JSONLimits(
        bytes: maximumBytes, depth: JSONLimits.attribute.depth + 2, members: JSONLimits.attribute.members)
    private static let members: Set = [
        "name", "email", "email_verified", "display_name", "roles", "attributes", "password_hash", "disabled",
    ]

    static func read(_ line: [UInt8]) throws(ImportRefusal) -> ImportedUser {
        let object = try ImportedValue.object(line, json)
        if let unknown = object.names.first(where: { !members.contains($0) }) {
            throw .value("line", "its member \(unknown.prefix(64)) is none of this form's")
        }
        let record = ImportedValue(object)
        guard let name = try record.string("name") else { throw .value("line", "it has no name") }
        let email = try record.string("email")
        let isVerified = try record.bool("email_verified") ?? false
        guard email != nil || !isVerified else { throw .value("email_verified", "there is no e-mail address") }
        let hash = try record.string("password_hash")
        let imported = try hash.map { hash throws(ImportRefusal) in
            try ImportRefusal.ofHash { () throws(PasswordHashError) in try ImportedPasswordHash(hash) }
        }
        let displayName = try record.string("display_name")
        let attributes = try record.object("attributes")?.members.map { ($0.name, $0.value) } ?? []
        let roles = try record.strings("roles") ?? []
        let isDisabled = try record.bool("disabled") ?? false
        let user = try ImportRefusal.ofValue { () throws(InvalidValue) in
            NewUser(
                name: try UserName(name), displayName: try NewUser.displayName(displayName),
                email: try email.map { email throws(InvalidValue) in try EmailAddress(email) },
                emailIsVerified: isVerified, roles: try roles.map(Self.role), attributes: attributes,
                passwordHash: imported?.hash, isDisabled: isDisabled)
        }
        return ImportedUser(user, scheme: imported?.scheme)
    }

    private static func role(_ text: String) throws(InvalidValue) -> RoleName {
        guard let role = RoleName(text) else {
            throw InvalidValue("role", "it has 1 to 64 bytes without spaces, commas and control characters")
        }
        return role
    }
}
