/// A redirect URI as a client registers it (RFC 6749 §3.1.2): absolute, without a fragment, compared exactly later.
///
/// https anywhere, http on a loopback host only, or a private-use scheme with a dot in it (RFC 8252 §7.1).
package struct RegisteredRedirectURI: Hashable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 512
    package let text: String

    package init(_ text: String) throws(InvalidValue) {
        func invalid(_ reason: String) -> InvalidValue { InvalidValue("redirect URI \(text.prefix(80))", reason) }
        guard text.utf8.count <= Self.maximumBytes, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw invalid("it must be printable ASCII of at most \(Self.maximumBytes) bytes")
        }
        guard !text.contains("#"), !text.contains("*"), !text.contains("\\"), !text.contains("@") else {
            throw invalid("fragments, wildcards, backslashes and user information are not allowed")
        }
        guard !text.contains(where: { "\"<>^`{|}".contains($0) }) else {
            throw invalid("it holds a character that no URI has (RFC 3986 §2)")
        }
        guard let colon = text.firstIndex(of: ":") else { throw invalid("it is not an absolute URI") }
        let scheme = text[..<colon]
        if scheme == "https" || scheme == "http" {
            let end = text.utf8.dropFirst(scheme.utf8.count + 3).firstIndex { "/?".utf8.contains($0) } ?? text.endIndex
            guard let origin = Origin(String(text[..<end])) else { throw invalid("its host or port is malformed") }
            guard scheme == "https" || origin.isLoopback else { throw invalid("http is for loopback hosts only") }
        } else {
            guard scheme.contains("."), let first = scheme.utf8.first, (0x61...0x7A).contains(first),
                scheme.utf8.allSatisfy(isSchemeByte), text.utf8.count > scheme.utf8.count + 1
            else {
                throw invalid("the scheme must be https, http on loopback, or one with a dot, as in com.example.app")
            }
        }
        self.text = text
    }

    package var description: String { text }
}

private func isSchemeByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || "+-.".utf8.contains(byte)
}
