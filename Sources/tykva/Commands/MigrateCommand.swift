import ArgumentParser
import Foundation
import OAuth
import Storage
import StrictFormats
import TykvaServer

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Brings the database to the schema of this version.",
        discussion: """
            `tykva serve` does so by itself. A step is taken wholly or not at all.

            Example:
              tykva migrate --dry-run
            """)

    @OptionGroup var common: CommonOptions

    @Flag(name: .customLong("dry-run"), help: "Only tell which steps are missing.")
    var isDryRun = false

    func run() async throws {
        let settings = try common.settings()
        let premises = try isDryRun ? Premises.existing(settings) : Premises.made(settings)
        if isDryRun {
            guard premises.isThere else { throw premises.nothingThere }
            let database = try await premises.database.open(settings, isLooking: true)
            let steps = try await Schema.migrator.pending(on: database)
            await database.close()
            return try tell(steps, "would take step")
        }
        let opened = try await Preparation(settings, premises).migrate { step in
            if !common.isJSON { try? Console.print("took step \(step.number): \(step.name)") }
        }
        if common.isJSON || opened.isEmpty { try tell(opened, "took step") }
    }

    private func tell(_ steps: [Migration], _ verb: String) throws {
        if common.isJSON {
            let list = steps.map { step in
                JSONValue.object(JSONObject([("number", .integer(Int64(step.number))), ("name", .string(step.name))]))
            }
            return try Console.print(.object(JSONObject([("steps", .array(list)), ("dry_run", .bool(isDryRun))])))
        }
        guard !steps.isEmpty else { return try Console.print("the schema is up to date") }
        for step in steps { try Console.print("\(verb) \(step.number): \(step.name)") }
    }
}
