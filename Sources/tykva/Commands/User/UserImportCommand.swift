import ArgumentParser
import OAuth
import Storage
import TykvaServer

struct UserImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Adds users of another system, with the hashes of their passwords.",
        discussion: """
            Reads one JSON object a line, with name and perhaps email,
            email_verified, display_name, roles, attributes, password_hash and
            disabled; or the export of a Keycloak realm. A user who cannot be taken
            over is named by their line, and the others go in. Exits with 1 when
            there were such.

            Example:
              tykva user import users.jsonl --check
              tykva user import users.jsonl
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The file, or - for standard input.", valueName: "file"))
    var path: String

    @Flag(help: "Write nothing; tell who would be refused, and whose password could not be verified later.")
    var check = false

    @Option(
        help: ArgumentHelp("jsonl or keycloak; recognised without it.", valueName: "format"),
        transform: Arguments.importFormat)
    var format: ImportFormat?

    func run() async throws {
        // Before the process becomes the owner of the data folder, who may not be allowed to read it.
        let file = try StreamedFile(path)
        try await Workplace.open(common, check ? .looking : .preparing) { workplace in
            let interruption = Interruption(
                check ? "nothing was written" : "who is in stays in; the same command adds the others")
            defer { interruption.end() }
            let database = workplace.database
            var run = try await ImportRun(
                database, ImportInput { try file.read() }, format: format, claimLimit: workplace.settings.claimLimit,
                mode: check ? .checking : .adding)
            var report = ImportReport(common, isCheck: check)
            var display = ImportDisplay(totalBytes: file.byteCount)
            defer { display.end() }
            do {
                try report.begin()
                try await run.run {
                    try await database.clock().map(Milliseconds.init) ?? SystemTime.wall()
                } tell: { news in
                    switch news {
                    case .refused(let line, let refusal):
                        display.end()
                        try report.refused(line: line, refusal)
                    case .progress(let tally, let bytes): display.show(tally, bytes: bytes)
                    }
                }
            } catch {
                display.end()
                if !check { Console.complain("\(run.tally.added) users were added before this went wrong") }
                throw error
            }
            display.end()
            try report.end(run, from: file.name)
        }
    }
}
