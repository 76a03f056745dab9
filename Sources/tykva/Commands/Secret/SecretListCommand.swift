import ArgumentParser
import OAuth
import Secrets
import Storage
import StrictFormats
import TykvaServer

struct SecretListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the master secrets, who can read them, and what needs them.",
        discussion: """
            Example:
              tykva secret list
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let administration = SecretAdministration(workplace.database)
            let known = try await administration.known()
            let nodes = try await administration.nodes(at: workplace.now)
            let needs = try await administration.needs(at: workplace.now)
            let source = try workplace.secretSource
            // Whoever only looks may not be allowed to read them.
            let here = source.place == nil ? nil : try? source.load(mayMake: false).secrets
            let numbers = Set(known.map(\.number) + (here?.numbers ?? [])).sorted()
            var table = TextTable(
                "NUMBER", "STATE", "ADDED", "ACTIVATED", "HERE", "NODES", "SEALED", "SIGN-INS", "NEEDED UNTIL")
            var json: [JSONValue] = []
            for number in numbers {
                let line = SecretLine(number, known, nodes, here, needs[number] ?? SecretNeeds())
                table.add(
                    "\(number)", line.state, line.known?.registeredAt.text ?? "", line.known?.activatedAt?.text ?? "",
                    line.isHere ? "yes" : "no", "\(line.readers.count) of \(nodes.count)",
                    "\(line.needs.sealedValues)", "\(line.needs.families.count)", line.end)
                json.append(line.json)
            }
            var list = AnswerList(common, empty: "no master secret yet; the first start of `tykva serve` has it")
            try list.print(json, table)
            try list.end()
        }
    }
}

/// A master secret as a list shows it.
private struct SecretLine {
    let number: UInt8
    let known: KnownMasterSecret?
    let isActive: Bool
    /// Whether it can be read where the command is given.
    let isHere: Bool
    let readers: [ServingNode]
    let others: [ServingNode]
    let needs: SecretNeeds

    init(
        _ number: UInt8, _ all: [KnownMasterSecret], _ nodes: [ServingNode], _ here: MasterSecrets?,
        _ needs: SecretNeeds
    ) {
        self.number = number
        self.needs = needs
        let known = all[number: number]
        self.known = known
        isActive = known != nil && all.activeNumber == number
        isHere = here?.registered(number).map { known == nil || known?.secret == $0 } ?? false
        func reads(_ node: ServingNode) -> Bool {
            node.readable.contains { $0.number == number && (known == nil || known?.secret == $0) }
        }
        readers = nodes.filter(reads)
        others = nodes.filter { !reads($0) }
    }

    var state: String {
        guard let known else { return "not added" }
        return isActive ? "active" : known.activatedAt == nil ? "added" : "retired"
    }

    /// When the last of what needs it is over at the latest, if nothing comes before that.
    var end: String {
        if isActive || known == nil { return "" }
        if needs.isNothing { return "not needed" }
        return [needs.families.lastEnd, needs.pagesUntil].compactMap(\.self).max()?.text ?? ""
    }

    var json: JSONValue {
        .object(
            JSONObject(
                [
                    ("number", .integer(Int64(number))), ("state", .string(state)),
                    ("added_at", (known?.registeredAt).json), ("activated_at", (known?.activatedAt).json),
                    ("retired_at", (known?.retiredAt).json), ("here", .bool(isHere)),
                    ("nodes_that_read", readers.map(\.name).json), ("nodes_that_lack", others.map(\.name).json),
                ] + needs.members))
    }
}

extension SecretNeeds {
    var members: [(String, JSONValue)] {
        [
            ("sealed", .integer(Int64(sealedValues))), ("families", .integer(Int64(families.count))),
            ("families_until", families.lastEnd.json), ("pages_until", pagesUntil.json),
            ("nodes_that_use", nodes.json),
        ]
    }
}
