package import OAuth

/// The mail server that takes a deployment's mail: where it is, how it is known, and who we are to it.
package struct SMTPServer: Sendable {
    /// How the way to it is protected. There is no way to ask for less.
    package enum Encryption: Hashable, Sendable {
        /// Within this machine.
        case none
        /// Demanded before anything is said: a server that offers none gets nothing.
        case startTLS
        case fromTheStart
    }

    /// Who sends (RFC 4954).
    package struct Credentials: Sendable {
        package static let maximumUserBytes = 255

        let user: String
        let password: SMTPPassword

        package init(user: String, password: SMTPPassword) throws(InvalidValue) {
            guard (1...Self.maximumUserBytes).contains(user.utf8.count),
                !user.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
            else {
                throw InvalidValue(
                    "mail user", "it must have 1 to \(Self.maximumUserBytes) bytes without control characters")
            }
            self.user = user
            self.password = password
        }
    }

    package let address: SMTPAddress
    let credentials: Credentials?
    /// A file in PEM with those who vouch for the server's certificate; the system's authorities when nil.
    let authorityPath: String?
    /// How we name ourselves (RFC 5321 §4.1.1.1).
    let clientName: String

    /// - Parameter clientName: A domain of ours; `localhost` when it is none.
    package init(
        _ address: SMTPAddress, credentials: Credentials? = nil, authorityPath: String? = nil, clientName: String
    ) {
        self.address = address
        self.credentials = credentials
        self.authorityPath = authorityPath
        let isDomain = clientName.contains { $0.isLetter } && (try? MailAddress("name@\(clientName)")) != nil
        self.clientName = isDomain ? clientName : "localhost"
    }

    /// Plain only within this machine, and there only when nobody is named who could vouch for a certificate: no
    /// public authority vouches for a loopback host.
    package var encryption: Encryption {
        switch address.scheme {
        case .smtps: .fromTheStart
        case .smtp: address.isLoopback && authorityPath == nil ? .none : .startTLS
        }
    }
}
