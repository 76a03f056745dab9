import ArgumentParser
import Secrets
import StrictFormats

struct SecretNewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Prints a new master secret, and keeps it nowhere.",
        discussion: """
            Example:
              (umask 077; tykva secret new > /etc/tykva/master-secret)
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let text = MasterSecret.random().revealedText()
        if common.isJSON {
            try Console.print(.object(JSONObject([("secret", .string(text))])))
        } else {
            try Console.print(text)
        }
    }
}
