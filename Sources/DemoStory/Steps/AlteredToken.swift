/// A token with one character of its claims changed: another token, under the same signature.
struct AlteredToken: Sendable {
    let before: String
    let changed: String
    let after: String

    init(_ token: String) {
        let characters = Array(token)
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        // The middle of the claims; of a token that has none, the middle.
        let position = parts.count == 3 ? parts[0].count + 1 + parts[1].count / 2 : characters.count / 2
        before = String(characters.prefix(position))
        changed = characters.dropFirst(position).first == "A" ? "B" : "A"
        after = String(characters.dropFirst(position + 1))
    }

    var text: String { before + changed + after }
}
