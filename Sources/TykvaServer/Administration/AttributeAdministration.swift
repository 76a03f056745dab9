package import OAuth
package import Storage
import StrictFormats

/// What operators do with the definitions of attributes; every change records its event in its own transaction.
package struct AttributeAdministration: Sendable {
    private let database: any Database

    package init(_ database: any Database) { self.database = database }

    /// - Throws: `InvalidValue` when the name is reserved or taken, or there are too many.
    package func add(
        _ name: AttributeName, class: AttributeClass, type: AttributeType, at now: Milliseconds
    ) async throws {
        func refuse(_ reason: String) -> InvalidValue { InvalidValue("attribute \(name)", reason) }
        guard !AttributeName.reserved.contains(name.text) else {
            throw refuse("tokens have a claim of this name already, which the issuer writes itself")
        }
        let definition = AttributeDefinition(name: name, class: `class`, type: type, isBuiltIn: false)
        let event = Event(
            at: now, type: .attributeAdded,
            detail: Self.detail([("name", name.text), ("class", `class`.rawValue), ("type", type.rawValue)]))
        let refusal = try await database.administer { tx throws(StorageError) -> String? in
            guard try tx.run(.attributes).count < AttributeLimits.definitions else {
                return "there are \(AttributeLimits.definitions) attributes already"
            }
            guard try tx.run(.define(definition)) else { return "it is defined already" }
            try tx.run(.record(event))
            return nil
        }
        if let refusal { throw refuse(refusal) }
    }

    /// In the order of their names, with those that are there from the start.
    package func list() async throws -> [AttributeDefinition] {
        try await database.read { tx throws(StorageError) in try tx.run(.attributes) }
    }

    /// - Throws: `InvalidValue` when there is none, it is there from the start, or somebody uses it (it says who).
    package func remove(_ name: AttributeName, at now: Milliseconds) async throws {
        let event = Event(at: now, type: .attributeRemoved, detail: Self.detail([("name", name.text)]))
        let refusal = try await database.administer { tx throws(StorageError) -> String? in
            guard let definition = try tx.run(.attributes).first(where: { $0.name == name }) else {
                return "nobody has defined it"
            }
            guard !definition.isBuiltIn else { return "it is there from the start and stays" }
            if let users = try Self.uses(name, tx) { return users }
            guard try tx.run(.removeAttribute(name)) else { return "nobody has defined it" }
            try tx.run(.record(event))
            return nil
        }
        if let refusal { throw InvalidValue("attribute \(name)", refusal) }
    }

    /// A sentence about who still uses it; nil when nobody does.
    private static func uses(_ name: AttributeName, _ tx: any Transaction) throws(StorageError) -> String? {
        guard try tx.run(.isInUse(name)) else { return nil }
        var parts: [String] = []
        let users = try tx.run(.usersWith(name))
        if let first = users.first {
            parts.append(
                users.count == 1 ? "user \(first) has a value of it" : "users such as \(first) have values of it")
        }
        let clients = try tx.run(.clientsClaiming(name))
        if !clients.isEmpty {
            let list = clients.map(\.text).joined(separator: ", ")
            parts.append("the claims of \(clients.count == 1 ? "client" : "clients") \(list) name it")
        }
        return "it is in use: " + parts.joined(separator: ", and ")
    }

    private static func detail(_ members: [(String, String)]) -> String {
        JSONValue.object(JSONObject(members.map { ($0.0, .string($0.1)) })).encodedString
    }
}
