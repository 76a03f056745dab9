import ArgumentParser
import Foundation
import OAuth
import Storage
import StrictFormats
import TykvaServer

struct MoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Moves a whole deployment into another database: between SQLite and PostgreSQL.",
        discussion: """
            Every server of the deployment must be stopped. The other database must be empty. The source is only read;
            in the end every row of both sides is compared. A move that was broken off goes on where it was when the
            same command is given again. A moved file is marked, and not served any more.

            Example:
              tykva move --from sqlite:/var/lib/tykva/tykva.sqlite --to postgres://tykva@db.example.com/tykva
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp(
            "Where the deployment is: sqlite:PATH or postgres://USER@HOST:PORT/DATABASE.", valueName: "url"))
    var from: String

    @Option(help: ArgumentHelp("Where it is to be, in the same form.", valueName: "url"))
    var to: String

    func validate() throws {
        guard common.database == nil else {
            throw ValidationError("a move has two databases, of --from and --to; --database is none of them")
        }
        _ = try Self.location("--from", from)
        _ = try Self.location("--to", to)
    }

    func run() async throws {
        let settings = try common.settings()
        let source = MoveSide(name: "source", location: try Self.location("--from", from))
        let target = MoveSide(name: "target", location: try Self.location("--to", to))
        try MoveSide.becomeOwner(of: [source, target])
        try source.mustBeThere()
        for side in [source, target] { try side.mustBeOurs() }
        try source.mark?.refuse(unlessTo: target.place)
        try target.makeFolder()
        try MoveSide.mustDiffer(source, target)
        let sourceLock = try source.lock()
        let targetLock = try target.lock()
        let interruption = Interruption("give the same command again, and it goes on where it was")
        let start = ContinuousClock.now
        do {
            let summary = try await Self.move(source, target, settings)
            try Self.mark(source, target, at: SystemTime.wall())
            try tell(summary, source, target, (ContinuousClock.now - start) / .seconds(1))
        } catch MoveError.finished(let time) {
            try Self.mark(source, target, at: time)
            try tell(finished: time, source, target)
        }
        interruption.end()
        _ = consume sourceLock
        _ = consume targetLock
    }

    private static func move(
        _ source: MoveSide, _ target: MoveSide, _ settings: Settings
    ) async throws -> MoveSummary {
        try await source.open(settings, isLooking: true) { from in
            try await target.open(settings, isLooking: false) { to in
                var display = MoveDisplay()
                defer { display.end() }
                return try await DeploymentMove(from: from, to: to).run(now: SystemTime.wall) { display.show($0) }
            }
        }
    }

    /// From here on the target is the deployment, and the source's file is not.
    private static func mark(_ source: MoveSide, _ target: MoveSide, at time: Milliseconds) throws {
        try target.mark?.remove()
        try source.mark?.write(place: target.place, time: time.text)
    }

    private static func location(_ flag: String, _ text: String) throws -> DatabaseLocation {
        do {
            return try DatabaseLocation(text)
        } catch {
            throw ValidationError("\(flag): \(error.reason)")
        }
    }

    private func tell(_ summary: MoveSummary, _ source: MoveSide, _ target: MoveSide, _ seconds: Double) throws {
        if common.isJSON {
            try Console.print(.object(document(summary, source, target, seconds)))
        } else {
            var table = TextTable("TABLE", "ROWS", "SHA-256 (SUM)")
            for moved in summary.tables { table.add(moved.name, String(moved.checksum.rows), moved.checksum.text) }
            try Console.print(table.text())
            let time = String(format: "%.1f", seconds)
            try Console.print(
                TerminalText.escaped("moved \(summary.rows) rows to \(target.place) in \(time) s; both sides are equal")
            )
        }
        Console.complain(
            "servers on the new database need the same master secret\(source.secret), by master_secret_file or in "
                + "their data folder; \(source.place) is as it was, and must not be served any more")
    }

    private func tell(finished time: Milliseconds, _ source: MoveSide, _ target: MoveSide) throws {
        let sentence = "this move was finished at \(time.text): start the nodes on it"
        guard common.isJSON else { return try Console.print(sentence) }
        try Console.print(
            .object(
                JSONObject([
                    ("from", .string(source.place)), ("to", .string(target.place)), ("finished_at", time.json),
                ])))
    }

    private func document(
        _ summary: MoveSummary, _ source: MoveSide, _ target: MoveSide, _ seconds: Double
    ) -> JSONObject {
        let tables = summary.tables.map { table in
            JSONValue.object(
                JSONObject([
                    ("name", .string(table.name)), ("rows", .integer(Int64(table.checksum.rows))),
                    ("checksum", .string(table.checksum.text)),
                ]))
        }
        return JSONObject([
            ("from", .string(source.place)), ("to", .string(target.place)), ("tables", .array(tables)),
            ("rows", .integer(Int64(summary.rows))), ("restore_epoch", .integer(summary.restoreEpoch)),
            ("milliseconds", .integer(Int64(seconds * 1000))),
        ])
    }
}
