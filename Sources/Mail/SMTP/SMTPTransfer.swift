import Synchronization

/// One try to hand a message over: what libcurl asks for, and what was seen of the server.
///
/// Belongs to the thread that works on it.
final class SMTPTransfer {
    /// What a message is to the server: who sends it, who gets it, and its bytes.
    struct Letter: Sendable {
        let sender: MailAddress
        let recipient: MailAddress
        /// Ends with CRLF.
        let bytes: [UInt8]

        init(_ message: MailMessage) {
            sender = message.sender.address
            recipient = message.recipient
            bytes = message.bytes
        }
    }

    /// What was said to the server last.
    enum Step {
        /// Nothing yet: its greeting is awaited.
        case connection, hello, startTLS, authentication, sender, recipient, content
    }

    /// Somebody no longer waits for the outcome.
    final class Cancellation: Sendable {
        private let isSet = Atomic<Bool>(false)

        func set() { isSet.store(true, ordering: .relaxed) }
        var isCancelled: Bool { isSet.load(ordering: .relaxed) }
    }

    let letter: Letter
    private let credentials: SMTPServer.Credentials?
    private let cancellation: Cancellation
    private let patience: Duration
    private(set) var step = Step.connection
    /// The server has offered no authentication, so libcurl went on without.
    private(set) var lacksAuthentication = false
    private var saidHello = false
    private var hasAuthenticated = false
    /// We have taken our leave, and what is answered matters to nobody.
    private var hasLeft = false
    private var replies = ReplyReader()
    private var offset = 0
    /// When the last bytes were handed over. From then on the server may have the whole message.
    private var wholeSince: ContinuousClock.Instant?

    /// - Parameter patience: How long after its last byte the answer to a whole message is awaited for somebody who no
    ///   longer waits: without it nobody knows whether the message will arrive.
    init(
        _ letter: Letter, credentials: SMTPServer.Credentials?, cancellation: Cancellation, patience: Duration
    ) {
        self.letter = letter
        self.credentials = credentials
        self.cancellation = cancellation
        self.patience = patience
    }

    /// Whether any of the message itself was handed over.
    var hasBegun: Bool { offset > 0 }
    var isWhole: Bool { wholeSince != nil }
    var reply: SMTPReply? { replies.reply(credentials) }

    /// Whether the transfer is to be broken off.
    var isToEnd: Bool {
        if lacksAuthentication || hasLeft { return true }
        guard cancellation.isCancelled else { return false }
        guard let wholeSince else { return true }
        return ContinuousClock.now - wholeSince > patience
    }

    /// A command was sent. What is no command that we know is a part of an authentication, and is not looked at.
    func note(command: UnsafeRawBufferPointer) {
        if command.starts(with: "QUIT\r\n".utf8) { hasLeft = true }
        guard !hasLeft, let step = Self.steps.first(where: { command.starts(with: $0.word.utf8) })?.step else { return }
        switch step {
        case .hello: saidHello = true
        case .authentication: hasAuthenticated = true
        case .sender where credentials != nil && saidHello && !hasAuthenticated: lacksAuthentication = true
        default: break
        }
        self.step = step
        replies.begin()
    }

    private static let steps: [(word: String, step: Step)] = [
        ("EHLO ", .hello), ("HELO ", .hello), ("STARTTLS\r\n", .startTLS), ("AUTH ", .authentication),
        ("MAIL FROM:", .sender), ("RCPT TO:", .recipient), ("DATA\r\n", .content),
    ]

    /// A line of the server.
    ///
    /// - Returns: False when it has said more than anybody wants to hear.
    func note(line: UnsafeRawBufferPointer) -> Bool {
        hasLeft || replies.take(line)
    }

    /// Hands over the next bytes of the message.
    ///
    /// The last end of a line goes alone: libcurl asks for it when everything before it is on its way, so that a
    /// connection that broke before has certainly not carried the whole message.
    ///
    /// - Returns: How many; nil to break off.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard !isToEnd else { return nil }
        let last = letter.bytes.count - 2
        let rest = letter.bytes[offset..<(offset < last ? last : letter.bytes.count)]
        let count = min(rest.count, buffer.count)
        buffer.copyBytes(from: rest.prefix(count))
        offset += count
        if offset == letter.bytes.count, wholeSince == nil { wholeSince = .now }
        return count
    }
}
