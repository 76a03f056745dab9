/// Reads replies line by line as libcurl hands them over, and keeps the last one.
struct ReplyReader {
    /// Of everything that a server says about one message.
    private static let maximumBytes = 65_536
    /// Of one reply's words.
    private static let keptBytes = 4096

    private var total = 0
    private var code: Int?
    private var words: [UInt8] = []
    private var isWhole = false

    /// A command is sent: what is kept was said before it.
    mutating func begin() {
        code = nil
        words = []
        isWhole = false
    }

    /// - Returns: Whether more may come.
    mutating func take(_ line: some Collection<UInt8>) -> Bool {
        total += line.count
        guard total <= Self.maximumBytes else { return false }
        if isWhole { begin() }
        let digits = line.prefix(3)
        let rest = line.dropFirst(3)
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            rest.isEmpty || " -\r\n".utf8.contains(where: { $0 == rest.first })
        else { return true }
        code = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        isWhole = rest.first != UInt8(ascii: "-")
        if words.count < Self.keptBytes {
            if !words.isEmpty { words.append(0x20) }
            words += rest.dropFirst().prefix(Self.keptBytes)
        }
        return true
    }

    /// The reply to the last command; nil when none came whole.
    ///
    /// Words that repeat the password are not shown.
    func reply(_ credentials: SMTPServer.Credentials?) -> SMTPReply? {
        guard let code, isWhole, (200...599).contains(code) else { return nil }
        if let credentials, credentials.password.isRepeated(in: words, user: credentials.user) {
            return SMTPReply(code: code, text: "(its words repeat the password, and are not shown)")
        }
        return SMTPReply(
            code: code, text: MailText.quoted(words, maximumCharacters: SMTPReply.maximumCharacters))
    }
}
