package import OAuth

/// A user's own row; roles and attributes are in tables of their own.
package struct Account: Hashable, Sendable {
    package let id: UserID
    package let name: String
    package let displayName: String?
    package let email: String?
    package let emailVerifiedAt: Milliseconds?
    package let hasPassword: Bool
    package let claims: PublicClaims
    package let createdAt: Milliseconds
    package let disabledAt: Milliseconds?
    /// The tag of the language that the person is written to in, as far as it is known.
    package let language: String?

    /// Whose owner has shown that it is theirs, or an operator said so: alone it is written to about the account.
    package var provedEmail: EmailAddress? {
        emailVerifiedAt == nil ? nil : email.flatMap { try? EmailAddress($0) }
    }

    init(_ row: Row) throws(StorageError) {
        id = try row.identifier("id")
        name = try row.text("name")
        displayName = try row.optionalText("display_name")
        email = try row.optionalText("email")
        emailVerifiedAt = try row.optionalInstant("email_verified_at")
        hasPassword = try row.optionalText("password_hash") != nil
        claims = PublicClaims(stored: try row.text("claims"))
        createdAt = try row.instant("created_at")
        disabledAt = try row.optionalInstant("disabled_at")
        language = try row.optionalText("language")
    }
}

private let accountColumns: SQL =
    "id, name, display_name, email, email_verified_at, password_hash, claims, created_at, disabled_at, language"

extension Statement where Answer == Account? {
    package static func account(named name: UserName) -> Self {
        Self("SELECT \(accountColumns) FROM account WHERE name_key = \(name.key)", firstAccount)
    }

    package static func account(_ id: UserID) -> Self {
        Self("SELECT \(accountColumns) FROM account WHERE id = \(id)", firstAccount)
    }

    /// Adds a user without roles or attributes; nil when the name is taken, or the verified e-mail address.
    package static func add(
        _ id: UserID, name: UserName, displayName: String?, email: EmailAddress?,
        emailVerifiedAt: Milliseconds? = nil, passwordHash: String? = nil, claims: PublicClaims = .none,
        disabledAt: Milliseconds? = nil, at now: Milliseconds
    ) -> Self {
        Self(
            """
            INSERT INTO account (
                id, name, name_key, display_name, email, email_key, email_verified_at, password_hash, claims,
                created_at, disabled_at)
            VALUES (
                \(id), \(name.text), \(name.key), \(displayName), \(email?.text), \(email?.key),
                \(emailVerifiedAt), \(passwordHash), \(claims), \(now), \(disabledAt))
            ON CONFLICT DO NOTHING
            RETURNING \(accountColumns)
            """, firstAccount)
    }
}

private func firstAccount(_ rows: [Row]) throws(StorageError) -> Account? {
    guard let row = rows.first else { return nil }
    return try Account(row)
}

extension Statement where Answer == [Account] {
    /// Users in the order of their names: a page of at most `limit`, after one name.
    package static func accounts(after key: String, limit: Int64) -> Self {
        Self(
            """
            SELECT \(accountColumns) FROM account WHERE name_key > \(key) ORDER BY name_key LIMIT \(limit)
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try Account(row) } }
    }
}

/// What a sign-in compares.
package struct SignInRecord: Sendable {
    package let id: UserID
    package let passwordHash: String?
    package let isDisabled: Bool
    package let claims: PublicClaims

    init(_ row: Row) throws(StorageError) {
        self.init(
            id: try row.identifier("id"), passwordHash: try row.optionalText("password_hash"),
            isDisabled: try row.optionalInteger("disabled_at") != nil,
            claims: PublicClaims(stored: try row.text("claims")))
    }

    private init(id: UserID, passwordHash: String?, isDisabled: Bool, claims: PublicClaims) {
        self.id = id
        self.passwordHash = passwordHash
        self.isDisabled = isDisabled
        self.claims = claims
    }

    /// The same user after their hash was stored anew.
    package func with(passwordHash: String) -> SignInRecord {
        SignInRecord(id: id, passwordHash: passwordHash, isDisabled: isDisabled, claims: claims)
    }
}

extension Statement where Answer == SignInRecord? {
    /// Finds a user by name or by verified e-mail address; the name wins.
    package static func signIn(name: UserName) -> Self {
        Self(
            """
            SELECT id, password_hash, disabled_at, claims FROM account
            WHERE name_key = \(name.key) OR (email_key = \(name.key) AND email_verified_at IS NOT NULL)
            ORDER BY CASE WHEN name_key = \(name.key) THEN 0 ELSE 1 END
            LIMIT 1
            """
        ) { rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in try SignInRecord(row) }
        }
    }
}

extension Statement where Answer == Void {
    package static func setPasswordHash(_ hash: String, of user: UserID) -> Self {
        Self("UPDATE account SET password_hash = \(hash) WHERE id = \(user)")
    }

    package static func setDisplayName(_ name: String?, of user: UserID) -> Self {
        Self("UPDATE account SET display_name = \(name) WHERE id = \(user)")
    }

    package static func setVerifiedEmail(_ email: EmailAddress, of user: UserID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE account SET email = \(email.text), email_key = \(email.key), email_verified_at = \(now)
            WHERE id = \(user)
            """)
    }

    /// A new address is not verified.
    package static func setEmail(_ email: EmailAddress?, of user: UserID) -> Self {
        Self(
            """
            UPDATE account SET email = \(email?.text), email_key = \(email?.key), email_verified_at = NULL
            WHERE id = \(user)
            """)
    }

    package static func setLanguage(_ language: String, of user: UserID) -> Self {
        Self("UPDATE account SET language = \(language) WHERE id = \(user)")
    }

    package static func setClaims(_ claims: PublicClaims, of user: UserID) -> Self {
        Self("UPDATE account SET claims = \(claims) WHERE id = \(user)")
    }

    static func removeAccount(_ user: UserID) -> Self { Self("DELETE FROM account WHERE id = \(user)") }

    package static func addRole(_ role: RoleName, to user: UserID) -> Self {
        Self(
            """
            INSERT INTO account_role (account_id, role) VALUES (\(user), \(role))
            ON CONFLICT (account_id, role) DO NOTHING
            """)
    }

    package static func setAttribute(_ name: AttributeName, to json: String, of user: UserID) -> Self {
        Self(
            """
            INSERT INTO account_attribute (account_id, name, value) VALUES (\(user), \(name), \(json))
            ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value
            """)
    }
}

extension Statement where Answer == Bool {
    /// Stores a hash of newer parameters; false when the password has changed since it was checked.
    package static func upgradePasswordHash(from old: String, to new: String, of user: UserID) -> Self {
        Self(
            "UPDATE account SET password_hash = \(new) WHERE id = \(user) AND password_hash = \(old) RETURNING id"
        ) { rows in !rows.isEmpty }
    }

    /// Takes a user's row before a session is begun; false when they are gone or disabled, or have another password
    /// than the one that was checked.
    ///
    /// Whoever disables the user or changes the password writes the same row, so that one of the two waits for the
    /// other: no session slips past.
    /// - Parameters:
    ///   - hash: The stored hash that was checked; nil for a user without a password.
    ///   - language: Of the page on which they signed in; nil leaves what there was.
    static func takeForSignIn(
        _ user: UserID, checked hash: String?, language: String? = nil, at now: Milliseconds
    ) -> Self {
        Self(
            """
            UPDATE account SET signed_in_at = \(now), language = COALESCE(\(language), language)
            WHERE id = \(user) AND disabled_at IS NULL AND COALESCE(password_hash, '') = \(hash ?? "")
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Whether a person has ever signed in, in a browser or by the `password` grant.
    static func hasSignedIn(_ user: UserID) -> Self {
        Self("SELECT id FROM account WHERE id = \(user) AND signed_in_at IS NOT NULL") { rows in !rows.isEmpty }
    }

    package static func removeRole(_ role: RoleName, from user: UserID) -> Self {
        Self("DELETE FROM account_role WHERE account_id = \(user) AND role = \(role) RETURNING role") { rows in
            !rows.isEmpty
        }
    }

    package static func removeAttribute(_ name: AttributeName, of user: UserID) -> Self {
        Self("DELETE FROM account_attribute WHERE account_id = \(user) AND name = \(name) RETURNING name") { rows in
            !rows.isEmpty
        }
    }

    /// Whether the address is verified for some user, or some other than one.
    package static func isVerified(_ email: EmailAddress, exceptFor user: UserID? = nil) -> Self {
        Self(
            """
            SELECT id FROM account
            WHERE email_key = \(email.key) AND email_verified_at IS NOT NULL AND id <> \(user?.text ?? "")
            """
        ) { rows in !rows.isEmpty }
    }

    /// False when the user was disabled already.
    static func disable(_ user: UserID, at now: Milliseconds) -> Self {
        Self("UPDATE account SET disabled_at = \(now) WHERE id = \(user) AND disabled_at IS NULL RETURNING id") {
            rows in
            !rows.isEmpty
        }
    }

    /// False when the user was not disabled.
    package static func enable(_ user: UserID) -> Self {
        Self("UPDATE account SET disabled_at = NULL WHERE id = \(user) AND disabled_at IS NOT NULL RETURNING id") {
            rows in !rows.isEmpty
        }
    }
}

extension Statement where Answer == [RoleName] {
    package static func roles(of user: UserID) -> Self {
        Self("SELECT role FROM account_role WHERE account_id = \(user) ORDER BY role") { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try row.identifier("role") }
        }
    }
}

/// A value of a user's attribute, with what its definition says.
package struct AccountAttribute: Hashable, Sendable {
    package let definition: AttributeDefinition
    package let json: String
}

extension Statement where Answer == [AccountAttribute] {
    package static func attributes(of user: UserID) -> Self {
        Self(
            """
            SELECT account_attribute.name, account_attribute.value, attribute.class, attribute.type,
                   attribute.built_in_at
            FROM account_attribute JOIN attribute ON attribute.name = account_attribute.name
            WHERE account_attribute.account_id = \(user) ORDER BY account_attribute.name
            """
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in
                guard let `class` = AttributeClass(rawValue: try row.text("class")),
                    let type = AttributeType(rawValue: try row.text("type"))
                else { throw .corrupt(reason: "table attribute holds an unknown class or type") }
                let definition = AttributeDefinition(
                    name: try row.identifier("name"), class: `class`, type: type,
                    isBuiltIn: try row.optionalInteger("built_in_at") != nil)
                return AccountAttribute(definition: definition, json: try row.text("value"))
            }
        }
    }
}
