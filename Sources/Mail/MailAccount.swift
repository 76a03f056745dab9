/// How a deployment sends mail: through which server, and from which address.
package struct MailAccount: Sendable {
    package let server: SMTPServer
    package let sender: MailAddress

    package init(server: SMTPServer, sender: MailAddress) {
        self.server = server
        self.sender = sender
    }
}
