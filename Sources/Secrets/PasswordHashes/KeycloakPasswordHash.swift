import StrictFormats

/// A password of Keycloak, as its realm exports have it: two members that are JSON texts themselves.
///
/// `credentialData` says how it was hashed, `secretData` has the hash and the salt. The form is that of Keycloak 8 and
/// later; the hashers that come with it are `pbkdf2`, `pbkdf2-sha256`, `pbkdf2-sha512` and, since 24, `argon2`.
/// https://www.keycloak.org/docs-api/latest/rest-api/index.html#CredentialRepresentation
enum KeycloakPasswordHash {
    private static let json = JSONLimits(bytes: 4_096, depth: 4, members: 32)

    static func read(credentialData: String, secretData: String) throws(PasswordHashError) -> StoredPasswordHash {
        guard let data = object(credentialData), let secret = object(secretData),
            let rounds = data["hashIterations"]?.integerValue, let value = secret["value"]?.stringValue,
            let saltText = secret["salt"]?.stringValue
        else { throw .unknownScheme }
        switch data["algorithm"]?.stringValue {
        case "pbkdf2": return .pbkdf2(try pbkdf2(.sha1, rounds, saltText, value))
        case "pbkdf2-sha256": return .pbkdf2(try pbkdf2(.sha256, rounds, saltText, value))
        case "pbkdf2-sha512": return .pbkdf2(try pbkdf2(.sha512, rounds, saltText, value))
        case "argon2":
            return .argon2(
                try argon2(data["additionalParameters"]?.objectValue ?? JSONObject(), rounds, saltText, value))
        default: throw .unknownScheme
        }
    }

    private static func pbkdf2(
        _ digest: PBKDF2Hash.Digest, _ rounds: Int64, _ saltText: String, _ value: String
    ) throws(PasswordHashError) -> PBKDF2Hash {
        guard let salt = SecretBase64.paddedBytes(saltText, PasswordHashLimits.saltBytes),
            let tag = SecretBase64.paddedBytes(value, PasswordHashLimits.tagBytes)
        else { throw .damaged(.pbkdf2) }
        return try PBKDF2Hash(digest: digest, rounds: Int(rounds), salt: salt, tag: tag)
    }

    /// Its parameters are lists of one text each.
    private static func argon2(
        _ parameters: JSONObject, _ passes: Int64, _ saltText: String, _ value: String
    ) throws(PasswordHashError) -> Argon2Hash {
        func parameter(_ name: String) -> String? { parameters[name]?.stringArrayValue?.first }
        let variant: Argon2Hash.Variant
        switch parameter("type") {
        case "id": variant = .argon2id
        case "i": variant = .argon2i
        default: throw .unknownScheme
        }
        guard parameter("version") == "1.3" else { throw .unknownScheme }
        guard let memory = parameter("memory"), let lanes = parameter("parallelism"),
            let salt = SecretBase64.paddedBytes(saltText, PasswordHashLimits.saltBytes),
            let tag = SecretBase64.paddedBytes(value, PasswordHashLimits.tagBytes),
            parameter("hashLength") == String(tag.count)
        else { throw .damaged(variant == .argon2i ? .argon2i : .argon2id) }
        let costs = "v=19$m=\(memory),t=\(passes),p=\(lanes)"
        return try Argon2Hash(
            "$\(variant.rawValue)$\(costs)$\(PHCString.encoded(salt))$\(PHCString.encoded(tag))", variant)
    }

    private static func object(_ text: String) -> JSONObject? {
        (try? JSONValue(parsing: text, limits: json))?.objectValue
    }
}

extension ImportedPasswordHash {
    /// Reads the password of a Keycloak realm export.
    package init(keycloakCredentialData: String, secretData: String) throws(PasswordHashError) {
        try self.init(
            KeycloakPasswordHash.read(credentialData: keycloakCredentialData, secretData: secretData))
    }
}
