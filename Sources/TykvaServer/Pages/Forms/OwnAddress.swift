/// An address of ours, for a form's action or a link: a path of the route table, and a query that may be a stranger's.
///
/// It always begins with that path, so no query makes it lead elsewhere.
struct OwnAddress: Hashable, Sendable, ExpressibleByStringLiteral {
    let text: String

    /// - Parameters:
    ///   - path: Begins with one slash.
    ///   - query: Encoded, without the question mark.
    init(_ path: StaticString, query: String = "") {
        let path = path.description
        precondition(path.hasPrefix("/") && !path.hasPrefix("//"), "an address of ours is a path")
        text = query.isEmpty ? path : "\(path)?\(query)"
    }

    init(stringLiteral path: StaticString) { self.init(path) }
}
