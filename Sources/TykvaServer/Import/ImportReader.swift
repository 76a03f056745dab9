package import OAuth

/// Reads users from an input of either form, in bounded memory.
package struct ImportReader {
    private enum Form {
        case lines(JSONLinesReader)
        case keycloak(KeycloakReader)
    }

    package let format: ImportFormat
    private var input: ImportInput
    private var form: Form

    /// - Parameters:
    ///   - format: Nil to recognise it by the beginning.
    ///   - definitions: The attributes that a user may have here.
    package init(_ input: ImportInput, format: ImportFormat?, definitions: [AttributeDefinition]) throws {
        var input = input
        let head = try input.head { Self.recognised($0) != nil }
        guard head.first(where: { !" \t\r\n".utf8.contains($0) }) != UInt8(ascii: "[") else {
            throw InvalidValue("the file", "it is one JSON array; of several Keycloak realms, export one (--realm)")
        }
        self.format = format ?? Self.recognised(head) ?? .jsonl
        self.input = input
        form =
            switch self.format {
            case .jsonl: .lines(JSONLinesReader())
            case .keycloak: .keycloak(KeycloakReader(definitions: definitions))
            }
    }

    /// How many bytes were read.
    package var bytes: Int { input.count }

    /// The next user, or why there is none; nil at the end.
    package mutating func next() throws -> ImportEntry? {
        switch form {
        case .lines(let reader): return try reader.next(&input)
        case .keycloak(var reader):
            defer { form = .keycloak(reader) }
            return try reader.next(&input)
        }
    }

    /// How many users of a user storage an export of Keycloak only mentions.
    package var federatedUsers: Int {
        if case .keycloak(let reader) = form { reader.federatedUsers } else { 0 }
    }

    /// A realm has a member `realm` or `users`; a user of our own form has neither, and ends on its line.
    ///
    /// - Returns: Nil while it cannot be told.
    private static func recognised(_ head: ArraySlice<UInt8>) -> ImportFormat? {
        var outline = JSONOutline()
        for byte in head {
            guard (try? outline.take(byte)) != nil else { return .jsonl }
            if outline.member == "realm" || outline.member == "users" { return .keycloak }
            let isBlank = " \t\r\n".utf8.contains(byte)
            if outline.depth == 0, !isBlank { return .jsonl }
        }
        return nil
    }
}
