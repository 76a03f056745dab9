import ArgumentParser
import OAuth
import StrictFormats

struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tells everything that is wrong with the configuration.",
        discussion: """
            Example:
              tykva config check --config /etc/tykva.yaml
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let serving = try ServeSettings(common.settings(for: .serving(isDev: false)), isDev: false)
        try Console.done(
            "the configuration is good; the issuer is \(serving.issuer)",
            [("ok", true), ("issuer", .string(serving.issuer.text))], common)
    }
}
