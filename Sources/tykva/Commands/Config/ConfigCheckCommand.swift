import ArgumentParser
import OAuth
import StrictFormats

struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tells everything that is wrong with the configuration.",
        discussion: """
            It reads what a start would read, the master secret and the database's password
            too, as the owner of the data folder; it asks no database.

            Example:
              tykva config check --config /etc/tykva.yaml
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let serving = try ServeSettings(common.settings(for: .serving(isDev: false)), isDev: false)
        try ServingFiles(serving.settings).check()
        try Console.done(
            "the configuration is good; the issuer is \(serving.issuer)",
            [("ok", true), ("issuer", .string(serving.issuer.text))], common)
    }
}
