import OAuth

/// A URL of a client's registration, taken apart: where a request goes, before any name is looked up.
struct OutgoingURL: Sendable {
    let text: String
    /// What sentences and logs call it.
    let shown: String
    let origin: Origin
    /// The address itself, where the URL has one instead of a name.
    let address: NetworkAddress?

    enum Shown: Sendable {
        case whole
        /// Scheme, host and port: the rest may hold what only the receiver should know.
        case origin
    }

    /// - Throws: For anything but https, or http on a loopback host: the form was checked when it was registered.
    init(_ text: String, shows part: Shown = .whole) throws(InvalidValue) {
        let start = text.hasPrefix("https://") ? "https://" : "http://"
        let end = text.utf8.dropFirst(start.utf8.count).firstIndex { "/?#@\\".utf8.contains($0) } ?? text.endIndex
        guard text.hasPrefix(start), let origin = Origin(String(text[..<end])),
            end == text.endIndex || text[end] == "/" || text[end] == "?",
            origin.scheme == "https" || origin.isLoopback
        else { throw InvalidValue("\(text.prefix(80))", "it is no https URL") }
        self.text = text
        shown = part == .whole ? text : String(text[..<end])
        self.origin = origin
        let host = origin.host
        address = NetworkAddress(host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host)
    }
}
