package import StrictFormats

/// A user's public attributes, ready for access tokens: names and encoded values, computed when they are written.
///
/// A refresh copies bytes and parses nothing. The stored form has one `name=JSON` a line (JSON has no raw line breaks).
package struct PublicClaims: Hashable, Sendable {
    package static let none = PublicClaims(members: [])
    package let members: [Member]

    package struct Member: Hashable, Sendable {
        package let name: String
        package let json: String

        package init(name: String, json: String) {
            self.name = name
            self.json = json
        }
    }

    private init(members: [Member]) { self.members = members }

    /// - Throws: When they are longer together than the limit.
    package init(
        _ values: [(AttributeName, JSONValue)], limit: ClaimLimit = .standard
    ) throws(InvalidValue) {
        members = values.map { Member(name: $0.0.text, json: $0.1.encodedString) }
        guard bytes <= limit.bytes else {
            throw InvalidValue(
                "public attributes",
                "name, roles, groups and public attributes of a user are \(bytes) bytes together; "
                    + "\(limit.bytes) are allowed (claim_limit)")
        }
    }

    /// What counts against the limit.
    package var bytes: Int { members.reduce(0) { $0 + $1.name.utf8.count + $1.json.utf8.count + 4 } }

    package init(stored: String) {
        var members: [Member] = []
        for line in stored.utf8.split(separator: UInt8(ascii: "\n")) {
            guard let sign = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            members.append(
                Member(name: String(line[..<sign]) ?? "", json: String(line[line.index(after: sign)...]) ?? ""))
        }
        self.members = members
    }

    package var stored: String { members.map { "\($0.name)=\($0.json)" }.joined(separator: "\n") }

    package func allowed(by policy: ClaimPolicy) -> [Member] {
        members.filter { policy.allows($0.name) }
    }
}
