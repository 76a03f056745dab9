/// The form of an address at a client that the issuer itself sends requests to.
enum FetchedURI {
    /// - Throws: When it is not https (or http on a loopback host), has a fragment or user information, is too long, or
    ///   has characters that no URI has.
    static func check(_ text: String, what: String, maximumBytes: Int) throws(InvalidValue) {
        func invalid(_ reason: String) -> InvalidValue { InvalidValue("\(what) \(text.prefix(80))", reason) }
        guard text.utf8.count <= maximumBytes, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw invalid("it must be printable ASCII of at most \(maximumBytes) bytes")
        }
        guard !text.contains(where: { "#@\\\"<>^`{|}".contains($0) }) else {
            throw invalid("fragments, user information and characters that no URI has are not allowed (RFC 3986 §2)")
        }
        let scheme = text.hasPrefix("https://") ? "https" : "http"
        let start = scheme + "://"
        guard text.hasPrefix(start) else { throw invalid("it must begin with https://") }
        let end = text.utf8.dropFirst(start.utf8.count).firstIndex { "/?".utf8.contains($0) } ?? text.endIndex
        guard let origin = Origin(String(text[..<end])) else { throw invalid("its host or port is malformed") }
        guard scheme == "https" || origin.isLoopback else { throw invalid("http is for loopback hosts only") }
    }
}
