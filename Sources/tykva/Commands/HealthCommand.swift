import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Asks the running server whether it is ready.",
        discussion: """
            Exit code 0 when it is, 1 when it is not. It asks where the settings say
            that the server listens, by TLS when they name a certificate. That must
            be good for the issuer's host or the address, and the system's authorities
            must vouch for it, or those in the file of --tls-certificate.

            Example:
              tykva health --config /etc/tykva.yaml
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("Where the server listens, when the settings do not say.", valueName: "host:port"))
    var listen: String?

    @Option(help: ArgumentHelp("The issuer, when the settings do not say.", valueName: "url"))
    var issuer: String?

    @Flag(name: .customLong("tls"), help: "The server speaks TLS, which the settings do not say.")
    var speaksTLS = false

    @Option(
        name: .customLong("tls-certificate"),
        help: ArgumentHelp(
            "Whom to trust instead of the system's authorities: theirs, or the server's own when it signed itself.",
            valueName: "file"))
    var trustedPath: String?

    func run() async throws {
        var flags: [String: String] = [:]
        flags["listen"] = listen
        flags["issuer"] = issuer
        let settings = try common.settings(flags)
        let isSecure = speaksTLS || trustedPath != nil || settings.tls != nil
        let question = HealthQuestion(
            listen: settings.listen, host: isSecure ? settings.issuer?.host : nil, isSecure: isSecure,
            trustedPath: trustedPath)
        let status = try await question.status()
        let url = question.url
        guard status == 200 else { throw CommandFailure("the server at \(url) is not ready (status \(status))") }
        try Console.done("ready", [("ready", true), ("url", .string(url))], common)
    }
}
