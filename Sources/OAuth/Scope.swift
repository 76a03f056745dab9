/// A set of scope tokens in the order first seen (RFC 6749 §3.3); at most 256 bytes on the wire.
package struct Scope: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 256
    package static let empty = Scope()

    /// The tokens, each once.
    package let tokens: [String]

    private init() { tokens = [] }

    /// - Parameter text: Tokens divided by single spaces; the empty text is the empty scope.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes else { return nil }
        var tokens: [String] = []
        for part in text.split(separator: " ", omittingEmptySubsequences: !text.isEmpty ? false : true) {
            let token = String(part)
            guard Self.isToken(token) else { return nil }
            if !tokens.contains(token) { tokens.append(token) }
        }
        self.tokens = tokens
    }

    package init?(tokens: [String]) {
        self.init(tokens.joined(separator: " "))
    }

    private init(checked tokens: [String]) { self.tokens = tokens }

    package var text: String { tokens.joined(separator: " ") }
    package var description: String { text }
    package var isEmpty: Bool { tokens.isEmpty }

    package func contains(_ token: String) -> Bool { tokens.contains(token) }
    package func isSubset(of other: Scope) -> Bool { tokens.allSatisfy(other.tokens.contains) }
    package func intersection(_ other: Scope) -> Scope { Scope(checked: tokens.filter(other.tokens.contains)) }

    /// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`
    package static func isToken(_ token: String) -> Bool {
        !token.isEmpty
            && token.utf8.allSatisfy { byte in
                byte == 0x21 || (0x23...0x5B).contains(byte) || (0x5D...0x7E).contains(byte)
            }
    }
}
