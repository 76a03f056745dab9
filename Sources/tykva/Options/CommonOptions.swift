import ArgumentParser
import Foundation

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The data folder.", valueName: "dir"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "The database, when it is not in the data folder: sqlite:PATH or postgres://USER@HOST:PORT/DATABASE.",
            valueName: "url"))
    var database: String?

    @Option(help: ArgumentHelp("A YAML file with settings.", valueName: "file"))
    var config: String?

    @Option(help: "How the answer looks: table or json.")
    var output: OutputFormat = .table

    var isJSON: Bool { output == .json }

    /// - Parameter flags: Further settings by key that the command takes as flags.
    /// - Throws: `ConfigurationFaults` with everything that is wrong.
    func settings(_ flags: [String: String] = [:], for purpose: Settings.Purpose = .command) throws -> Settings {
        var flags = flags
        flags["data"] = data
        flags["database"] = database
        let variables = ProcessInfo.processInfo.environment
        let file = config ?? variables["TYKVA_CONFIG"]
        guard file != "" else { throw ConfigurationFaults(sentences: ["TYKVA_CONFIG: it names no file"]) }
        return try Settings(SettingSources(flags: flags, variables: variables, file: file), for: purpose)
    }
}
