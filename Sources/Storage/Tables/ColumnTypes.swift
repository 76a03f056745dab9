package import OAuth
package import Secrets

extension SQLBindable where Self: Identifier {
    package static var sqlType: SQLType { .text }
    package var sqlValue: SQLValue { .text(text) }
}

extension UserID: SQLBindable {}
extension SessionID: SQLBindable {}
extension EventID: SQLBindable {}
extension MessageID: SQLBindable {}
extension WebhookID: SQLBindable {}
extension ClientID: SQLBindable {}
extension KeyID: SQLBindable {}
extension AttributeName: SQLBindable {}
extension RoleName: SQLBindable {}

extension TokenHash: SQLBindable {
    package static var sqlType: SQLType { .bytes }
    package var sqlValue: SQLValue { .bytes(bytes) }
}

extension FamilyKey: SQLBindable {
    package static var sqlType: SQLType { .bytes }
    package var sqlValue: SQLValue { .bytes(bytes) }
}

extension Milliseconds: SQLBindable {
    package static var sqlType: SQLType { .integer }
    package var sqlValue: SQLValue { .integer(value) }
}

extension Scope: SQLBindable {
    package static var sqlType: SQLType { .text }
    package var sqlValue: SQLValue { .text(text) }
}

extension NetworkAddress: SQLBindable {
    package static var sqlType: SQLType { .text }
    package var sqlValue: SQLValue { .text(text) }
}

extension UserAgent: SQLBindable {
    package static var sqlType: SQLType { .text }
    package var sqlValue: SQLValue { .text(text) }
}

extension PublicClaims: SQLBindable {
    package static var sqlType: SQLType { .text }
    package var sqlValue: SQLValue { .text(stored) }
}

extension Row {
    /// A column that holds an identifier of one type; one of another form means that the file was tampered with.
    func identifier<ID: Identifier>(_ column: String, _ type: ID.Type = ID.self) throws(StorageError) -> ID {
        let text = try text(column)
        guard let id = ID(text) else { throw .corrupt(reason: "column \(column) holds no \(type)") }
        return id
    }

    func optionalIdentifier<ID: Identifier>(_ column: String, _ type: ID.Type = ID.self) throws(StorageError) -> ID? {
        guard let text = try optionalText(column) else { return nil }
        guard let id = ID(text) else { throw .corrupt(reason: "column \(column) holds no \(type)") }
        return id
    }

    func instant(_ column: String) throws(StorageError) -> Milliseconds { Milliseconds(try integer(column)) }

    func optionalInstant(_ column: String) throws(StorageError) -> Milliseconds? {
        try optionalInteger(column).map(Milliseconds.init)
    }

    func scope(_ column: String) throws(StorageError) -> Scope {
        guard let scope = Scope(try text(column)) else { throw .corrupt(reason: "column \(column) holds no scope") }
        return scope
    }

    /// Identifiers divided by single spaces.
    func services(_ column: String) throws(StorageError) -> [ServiceIdentifier] {
        var services: [ServiceIdentifier] = []
        for part in try text(column).split(separator: " ") {
            guard let service = ServiceIdentifier(String(part)) else {
                throw .corrupt(reason: "column \(column) holds no service identifier")
            }
            services.append(service)
        }
        return services
    }

    func holder(_ prefix: String) throws(StorageError) -> Holder {
        Holder(
            address: NetworkAddress(stored: try text(prefix + "_address")),
            agent: UserAgent(try text(prefix + "_agent")))
    }

    /// When and how somebody signed in.
    func authentication() throws(StorageError) -> AccessTokenClaims.Authentication {
        .init(time: try instant("auth_time"), methods: try words("amr"))
    }

    /// Words divided by single spaces.
    func words(_ column: String) throws(StorageError) -> [String] {
        try text(column).split(separator: " ").map(String.init)
    }

    func tokenHash(_ column: String) throws(StorageError) -> TokenHash {
        guard let hash = TokenHash(bytes: try bytes(column)) else {
            throw .corrupt(reason: "column \(column) holds no hash")
        }
        return hash
    }

    func family(_ column: String) throws(StorageError) -> FamilyKey {
        guard let key = FamilyKey(try bytes(column)) else {
            throw .corrupt(reason: "column \(column) holds no family id")
        }
        return key
    }

    /// An integer that must fit a narrower type.
    func narrow<Number: FixedWidthInteger>(_ column: String, _ type: Number.Type = Number.self) throws(StorageError)
        -> Number
    {
        guard let number = Number(exactly: try integer(column)) else {
            throw .corrupt(reason: "column \(column) is out of range")
        }
        return number
    }

    func optionalNarrow<Number: FixedWidthInteger>(
        _ column: String, _ type: Number.Type = Number.self
    ) throws(StorageError) -> Number? {
        try optionalInteger(column) == nil ? nil : narrow(column)
    }
}

/// Lists of words in one column: divided by single spaces, which no word holds.
func words(_ list: [String]) -> String { list.joined(separator: " ") }
