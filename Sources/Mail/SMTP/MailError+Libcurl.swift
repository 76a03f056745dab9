import CCurl

/// What libcurl's code, the server's last reply and the step at which it came mean together.
extension MailError.Cause {
    private static let maximumCharacters = 200

    /// - Parameter words: Libcurl's own, for what it saw itself.
    /// - Returns: Nil when the server took the message.
    init?(_ code: CURLcode, _ transfer: SMTPTransfer, _ words: String) {
        let words = MailText.quoted(words.utf8, maximumCharacters: Self.maximumCharacters)
        let reply = transfer.reply
        if code == CURLE_OK { return nil }
        if transfer.lacksAuthentication {
            self = .authenticationNotOffered
        } else if let refusal = Self.refusedTLS(code, words) {
            self = refusal
        } else if let reply, reply.isTemporary {
            self = .deferred(reply)
        } else if code == CURLE_USE_SSL_FAILED {
            self = .tlsNotOffered
        } else if code == CURLE_LOGIN_DENIED {
            self = reply.flatMap { $0.isPermanent ? .authenticationRefused($0) : nil } ?? .authenticationNotOffered
        } else if let reply, reply.isPermanent {
            self = Self.refusal(reply, at: transfer.step)
        } else if transfer.isWhole {
            self = .unanswered(.init(code, words))
        } else if code == CURLE_ABORTED_BY_CALLBACK {
            self = .cancelled
        } else {
            self = .network(.init(code, words))
        }
    }

    private static func refusedTLS(_ code: CURLcode, _ words: String) -> Self? {
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION: .certificateRefused(words)
        case CURLE_SSL_CACERT_BADFILE: .authoritiesUnusable(words)
        case CURLE_SSL_CONNECT_ERROR: .tlsFailed(words)
        default: nil
        }
    }

    /// A 5xx. What it says of us holds for every message, what it says of the recipient or the message for this one.
    private static func refusal(_ reply: SMTPReply, at step: SMTPTransfer.Step) -> Self {
        // RFC 4954 §6: authentication is required, or too weak; RFC 3207 §4: TLS is.
        if [530, 534, 538].contains(reply.code) { return .clientRefused(reply) }
        return switch step {
        case .connection, .hello, .startTLS: .clientRefused(reply)
        case .authentication: .authenticationRefused(reply)
        // RFC 1870 §6.1: it is too large, or has no room; which is nothing of the sender's.
        case .sender: reply.code == 552 ? .messageRefused(reply) : .senderRefused(reply)
        case .recipient: .recipientRefused(reply)
        case .content: .messageRefused(reply)
        }
    }
}

extension MailError.Trouble {
    fileprivate init(_ code: CURLcode, _ words: String) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: self = .unreachable(words)
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut
        case CURLE_WEIRD_SERVER_REPLY: self = .nonsense
        case CURLE_WRITE_ERROR: self = .endless
        case CURLE_ABORTED_BY_CALLBACK: self = .givenUp
        default: self = .brokeOff(words)
        }
    }
}
