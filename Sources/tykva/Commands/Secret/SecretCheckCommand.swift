import ArgumentParser
import OAuth
import Secrets
import Storage
import StrictFormats
import TykvaServer

struct SecretCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Opens everything that is sealed, and looks whether each secret can be read.",
        discussion: """
            Signing keys are checked in both halves. Exit code 1 when something is wrong,
            with a line for each fault.

            Example:
              tykva secret check
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let administration = SecretAdministration(workplace.database)
            let secrets = try workplace.secretSource.load(mayMake: false).secrets
            let known = try await administration.known()
            var faults = known.compactMap { known -> String? in
                switch secrets.registered(known.number) {
                case nil: "master secret \(known.number) is not here"
                case known.secret: nil
                default: "master secret \(known.number) is not the one of this deployment"
                }
            }
            for node in try await administration.nodes(at: workplace.now) {
                let missing = known.filter { !node.reads($0.secret) }.map { "\($0.number)" }
                guard !missing.isEmpty else { continue }
                faults.append("\(node.name) cannot read master secret \(missing.joined(separator: ", "))")
            }
            let opened = try await open(Resealing(workplace.database, secrets))
            faults += opened.unopened
            let keys = try await workplace.database.read { tx throws(StorageError) in try tx.run(.signingKeys) }
            faults += keys.flatMap { SigningKey.faults(of: $0, at: workplace.now) }
            try tell(faults, known.map(\.number), opened.seen)
            if !faults.isEmpty { throw FoundSomething() }
        }
    }

    private func open(_ resealing: Resealing) async throws -> Resealing.Progress {
        var line = ProgressLine()
        defer { line.end() }
        return try await resealing.check { line.show("opening: \($0.seen) values") }
    }

    private func tell(_ faults: [String], _ numbers: [UInt8], _ count: Int) throws {
        if common.isJSON {
            try Console.print(
                .object(
                    JSONObject([
                        ("numbers", .array(numbers.map { .integer(Int64($0)) })), ("sealed", .integer(Int64(count))),
                        ("faults", faults.json),
                    ])))
        } else if faults.isEmpty {
            let list = numbers.map { "\($0)" }.joined(separator: ", ")
            try Console.print("all \(count) sealed values open; master secret \(list) can be read")
        } else {
            for fault in faults { try Console.print(TerminalText.escaped(fault)) }
        }
    }
}
