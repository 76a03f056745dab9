/// Why a message was not sent, as far as is known: what to do about it, and one sentence for the operator.
///
/// What the server said is bounded and escaped in it, and the password never is.
package struct MailError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What follows for whoever wants the message sent.
    package enum Outcome: Hashable, Sendable {
        /// It was not accepted, and may be later: try again.
        case temporary
        /// It was not accepted, and will not be: give it up.
        case permanent
        /// It was not accepted, nor is any other until an operator changes something: keep it, and say so.
        case misconfigured
        /// All of it was sent, and no answer came: nobody knows. Repeat it under the same Message-ID; whoever gets
        /// it twice sees that it is one.
        case unknown
        /// The task was cancelled before all of it was sent.
        case cancelled
    }

    /// What happened on the way to the server.
    package enum Trouble: Hashable, Sendable {
        case unreachable(String)
        case timedOut
        case brokeOff(String)
        /// It answers in no form of SMTP.
        case nonsense
        /// It says more than anybody wants to hear.
        case endless
        /// Nobody waits any more.
        case givenUp
    }

    package enum Cause: Hashable, Sendable {
        case network(Trouble)
        /// The same, once all was sent.
        case unanswered(Trouble)
        /// A 4xx.
        case deferred(SMTPReply)
        case recipientRefused(SMTPReply)
        case messageRefused(SMTPReply)
        case senderRefused(SMTPReply)
        case clientRefused(SMTPReply)
        case authenticationRefused(SMTPReply)
        case authenticationNotOffered
        case tlsNotOffered
        case tlsFailed(String)
        case certificateRefused(String)
        case authoritiesUnusable(String)
        case library(String)
        /// More wait than may, or this one has waited for too long.
        case busy
        case stopped
        case cancelled
    }

    package let server: SMTPAddress
    package let cause: Cause

    package var outcome: Outcome {
        switch cause {
        case .network, .deferred, .tlsFailed, .busy, .stopped: .temporary
        case .recipientRefused, .messageRefused: .permanent
        case .senderRefused, .clientRefused, .authenticationRefused, .authenticationNotOffered, .tlsNotOffered,
            .certificateRefused, .authoritiesUnusable, .library:
            .misconfigured
        case .unanswered: .unknown
        case .cancelled: .cancelled
        }
    }

    package var description: String {
        let server = "the mail server \(server)"
        return switch cause {
        case .network(.unreachable(let words)): "\(server) cannot be reached: \(words)"
        case .network(.timedOut): "\(server) did not answer in time"
        case .network(.brokeOff(let words)): "the connection to \(server) broke off: \(words)"
        case .network(.nonsense): "\(server) does not speak SMTP"
        case .network(.endless): "\(server) says more than a mail server does"
        case .network(.givenUp), .cancelled: "sending by \(server) was given up before the message was whole"
        case .unanswered(let trouble):
            "\(server) was sent the whole message and did not say that it took it: \(trouble.words); it may arrive"
        case .deferred(let reply): "\(server) does not take the message now: \(reply)"
        case .recipientRefused(let reply): "\(server) does not take mail for this address: \(reply)"
        case .messageRefused(let reply): "\(server) refused the message: \(reply)"
        case .senderRefused(let reply): "\(server) does not take mail from smtp_from: \(reply)"
        case .clientRefused(let reply): "\(server) does not talk to us: \(reply)"
        case .authenticationRefused(let reply): "\(server) refused smtp_user with its password: \(reply)"
        case .authenticationNotOffered: "\(server) offers no authentication that smtp_user could use; nothing was sent"
        case .tlsNotOffered: "\(server) offers no TLS (STARTTLS), and nothing is sent without"
        case .tlsFailed(let words): "TLS with \(server) failed: \(words)"
        case .certificateRefused(let words): "the certificate of \(server) is refused: \(words)"
        case .authoritiesUnusable(let words): "smtp_ca_file cannot be used: \(words)"
        case .library(let words): "libcurl cannot be used for \(server): \(words)"
        case .busy: "too many messages wait for \(server)"
        case .stopped: "sending by \(server) was stopped"
        }
    }
}

extension MailError.Trouble {
    fileprivate var words: String {
        switch self {
        case .unreachable(let words), .brokeOff(let words): words
        case .timedOut: "no answer came in time"
        case .nonsense: "its answer was none of SMTP"
        case .endless: "its answer had no end"
        case .givenUp: "nobody waited any longer"
        }
    }
}
