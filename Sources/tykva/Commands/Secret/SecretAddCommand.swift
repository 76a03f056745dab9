import ArgumentParser
import OAuth
import Secrets
import Storage
import StrictFormats
import TykvaServer

struct SecretAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Makes another master secret known, without using it yet.",
        discussion: """
            Write it as a line NUMBER:SECRET into the file of every node first: a node
            that serves reads its file again within seconds, and one that lacks it
            keeps this command from doing anything. In a data folder with SQLite the
            secret is made and written by this command.

            Example:
              tykva secret add
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var patience: NodePatience

    @Argument(
        help: "Its number. By default the new one of the file, or one that was added and is not used yet.",
        transform: Arguments.secretNumber)
    var number: UInt8?

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let source = try workplace.secretSource
            let lock = try await Self.lock(source)
            defer { lock?.release() }
            let administration = SecretAdministration(workplace.database)
            let known = try await administration.known()
            var secrets = try source.load(mayMake: false).secrets
            let chosen = try number ?? Self.newNumber(in: secrets, known, source) ?? Self.waiting(known)
            let number = chosen ?? Self.freeNumber(secrets, known)
            let isMade = secrets[number: number] == nil
            if isMade {
                guard known[number: number] == nil else {
                    throw CommandFailure(
                        "master secret \(number) is the deployment's already, and \(source.place ?? "the environment") "
                            + "lacks it: write its line there again, from a copy; nothing was changed")
                }
                try Self.make(number, source, workplace.settings)
                secrets = try source.load(mayMake: false).secrets
            }
            let isNew = try await patience.whileNodesLack(workplace) { now, ended in
                try await administration.register(number, of: secrets, ended: ended, at: now)
            }
            FaultPoint.secretRegistered.reach()
            try tell(number, isMade: isMade, isNew: isNew, isActive: number == known.activeNumber, source)
        }
    }

    /// Two that add at once would write the file over each other.
    private static func lock(_ source: MasterSecretSource) async throws -> PreparationLock? {
        guard case .folder(let folder) = source else { return nil }
        return try await PreparationLock(folder)
    }

    /// The one number above the deployment's that is here; nil when there is none.
    private static func newNumber(
        in secrets: MasterSecrets, _ known: [KnownMasterSecret], _ source: MasterSecretSource
    ) throws -> UInt8? {
        let highest = known.map(\.number).max() ?? 0
        let new = secrets.numbers.filter { $0 > highest }
        guard new.count <= 1 else {
            let list = new.map { "\($0)" }.joined(separator: ", ")
            throw CommandFailure(
                "\(source.place ?? "the file") has several new master secrets (\(list)): give a number")
        }
        return new.first
    }

    /// What was added and never used: whoever gives the command again, not knowing whether it ended, wants no other.
    private static func waiting(_ known: [KnownMasterSecret]) -> UInt8? {
        known.map(\.number).last { known.standing(of: $0) == .waiting && $0 > known.activeNumber ?? 0 }
    }

    /// The next number; when they are used up, the lowest that nobody has.
    private static func freeNumber(_ secrets: MasterSecrets, _ known: [KnownMasterSecret]) -> UInt8 {
        let taken = Set(secrets.numbers + known.map(\.number))
        let next = (taken.max() ?? 0).addingReportingOverflow(1)
        return next.overflow ? (1...UInt8.max).first { !taken.contains($0) } ?? UInt8.max : next.partialValue
    }

    private static func make(_ number: UInt8, _ source: MasterSecretSource, _ settings: Settings) throws {
        let isShared = if case .postgres? = settings.database { true } else { false }
        guard case .folder(let folder) = source, !isShared else {
            throw CommandFailure(
                "there is no new master secret in \(source.place ?? "the environment"): let `tykva secret new` print "
                    + "one, write it there and for every other node as a further line \(number):…, and give this "
                    + "command again")
        }
        try MasterSecretFile.add(number, to: folder.masterSecretPath) { step in
            switch step {
            case .written: FaultPoint.secretWritten.reach()
            case .replaced: FaultPoint.secretReplaced.reach()
            }
        }
    }

    private func tell(
        _ number: UInt8, isMade: Bool, isNew: Bool, isActive: Bool, _ source: MasterSecretSource
    ) throws {
        let place = source.place ?? "the environment"
        let made = isMade ? "made master secret \(number) in \(place) (keep a copy elsewhere) and added it" : ""
        let added = isNew ? "added master secret \(number)" : "master secret \(number) was added before"
        let next = isActive ? "it is the active one" : "`tykva secret activate \(number)` puts it to use"
        try Console.done(
            "\(isMade ? made : added); \(next)",
            [("number", .integer(Int64(number))), ("made", .bool(isMade)), ("added", .bool(isNew))], common)
    }
}
