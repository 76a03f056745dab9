import OAuth

/// A URL of a client's registration, taken apart: where a request goes, before any name is looked up.
struct OutgoingURL: Sendable {
    let text: String
    let origin: Origin
    /// The address itself, where the URL has one instead of a name.
    let address: NetworkAddress?

    /// - Throws: For anything but https, or http on a loopback host: the form was checked when it was registered.
    init(_ text: String) throws(InvalidValue) {
        let start = text.hasPrefix("https://") ? "https://" : "http://"
        let end = text.utf8.dropFirst(start.utf8.count).firstIndex { "/?#@\\".utf8.contains($0) } ?? text.endIndex
        guard text.hasPrefix(start), let origin = Origin(String(text[..<end])),
            end == text.endIndex || text[end] == "/" || text[end] == "?",
            origin.scheme == "https" || origin.isLoopback
        else { throw InvalidValue("\(text.prefix(80))", "it is no https URL") }
        self.text = text
        self.origin = origin
        let host = origin.host
        address = NetworkAddress(host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host)
    }
}
