import OAuth
import Secrets

@testable import TykvaServer

/// Texts of imports, read in pieces of any length.
enum ImportSample {
    static let bcrypt = "$2b$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS"
    static let phrase = "correct horse battery staple"

    static let definitions = [
        definition("groups", .array), definition("level", .number), definition("city", .string),
        definition("member", .boolean), definition("languages", .array), definition("name", .string),
    ]

    static func input(_ text: String, piece: Int = 65_536) -> ImportInput {
        input(Array(text.utf8), piece: piece)
    }

    static func input(_ bytes: [UInt8], piece: Int = 65_536) -> ImportInput {
        var rest = bytes[...]
        return ImportInput {
            defer { rest = rest.dropFirst(piece) }
            return Array(rest.prefix(piece))
        }
    }

    static func entries(
        _ bytes: [UInt8], format: ImportFormat? = nil, piece: Int = 65_536
    ) throws -> [ImportEntry] {
        var reader = try ImportReader(input(bytes, piece: piece), format: format, definitions: definitions)
        var entries: [ImportEntry] = []
        while let entry = try reader.next() { entries.append(entry) }
        return entries
    }

    /// A realm export as Keycloak writes it, with these users.
    static func realm(_ users: String) -> String {
        """
        {
          "id" : "4b8f",
          "realm" : "shop",
          "displayName" : "The \\"users\\": [ of {the} shop",
          "roles" : {
            "realm" : [ { "name" : "admin", "users" : [ { "username" : "nobody" } ] } ]
          },
          "users" : [ \(users) ],
          "clients" : [ { "clientId" : "web", "users" : [ ] } ]
        }

        """
    }

    private static func definition(_ name: String, _ type: AttributeType) -> AttributeDefinition {
        guard let name = AttributeName(name) else { preconditionFailure("a name") }
        return AttributeDefinition(name: name, class: .personal, type: type, isBuiltIn: false)
    }
}

extension ImportEntry {
    var imported: ImportedUser? {
        if case .success(let imported) = user { imported } else { nil }
    }

    /// Where it stands and why it was refused.
    var refusal: String? {
        if case .failure(let refusal) = user { "\(line): \(refusal)" } else { nil }
    }
}
