import ArgumentParser
import OAuth
import Secrets
import Storage
import StrictFormats
import TykvaServer

struct SecretActivateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Makes an added master secret the one that is used.",
        discussion: """
            Every node that serves must be able to read it. Nodes take it over within
            seconds, and go on to serve; what is sealed in the database is sealed anew.
            Broken off, it goes on from where it was when it is given again.

            Example:
              tykva secret activate 2
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var patience: NodePatience

    @Argument(help: "Its number, as `tykva secret list` shows it.", transform: Arguments.secretNumber)
    var number: UInt8

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let interruption = Interruption("give the command again, and it goes on from there")
            defer { interruption.end() }
            let administration = SecretAdministration(workplace.database)
            let secrets = try workplace.secretSource.load(mayMake: false).secrets
            let isNew = try await patience.whileNodesLack(workplace) { now, ended in
                try await administration.activate(number, of: secrets, ended: ended, at: now)
            }
            FaultPoint.secretActivated.reach()
            let resealing = Resealing(workplace.database, try secrets.activating(number))
            var done = try await reseal(resealing)
            // What a node has sealed before it heard of the change.
            let late = try await patience.untilNodesUse(number, workplace)
            let rest = try await reseal(resealing)
            done.resealed += rest.resealed
            done.unopened = rest.unopened
            let needs = try await administration.needs(at: try await workplace.currentTime())
            let known = try await administration.known()
            try tell(Outcome(isNew: isNew, done: done, late: late, known: known.map(\.number), needs: needs))
            guard done.unopened.isEmpty, late.isEmpty else { throw FoundSomething() }
        }
    }

    private struct Outcome {
        let isNew: Bool
        let done: Resealing.Progress
        let late: [String]
        let known: [UInt8]
        let needs: [UInt8: SecretNeeds]
    }

    private func reseal(_ resealing: Resealing) async throws -> Resealing.Progress {
        var line = ProgressLine()
        defer { line.end() }
        return try await resealing.run { progress in
            line.show("sealing anew: \(progress.resealed) of \(progress.seen) values")
            FaultPoint.boxesResealed.reach()
        }
    }

    private func tell(_ outcome: Outcome) throws {
        for fault in outcome.done.unopened { Console.complain("does not open: \(fault)") }
        for node in outcome.late { Console.complain("\(node) does not use it yet: give the command again") }
        let former = outcome.known.filter { $0 != number }
        let words = former.map { former in
            let needs = outcome.needs[former] ?? SecretNeeds()
            return needs.isNothing
                ? "nothing needs master secret \(former) any more: `tykva secret remove \(former)`"
                : "master secret \(former) is still needed: \(needs)"
        }
        let first =
            "master secret \(number) \(outcome.isNew ? "is active now" : "was active before"); "
            + "\(outcome.done.resealed) of \(outcome.done.seen) sealed values were sealed anew"
        if common.isJSON {
            try Console.print(
                .object(
                    JSONObject([
                        ("number", .integer(Int64(number))), ("activated", .bool(outcome.isNew)),
                        ("sealed", .integer(Int64(outcome.done.seen))),
                        ("resealed", .integer(Int64(outcome.done.resealed))),
                        ("unopened", outcome.done.unopened.json), ("late_nodes", outcome.late.json),
                        (
                            "former",
                            .array(
                                former.map { number in
                                    .object(
                                        JSONObject(
                                            [("number", .integer(Int64(number)))]
                                                + (outcome.needs[number] ?? SecretNeeds()).members))
                                })
                        ),
                    ])))
        } else {
            for sentence in [first] + words { try Console.print(TerminalText.escaped(sentence)) }
        }
    }
}
