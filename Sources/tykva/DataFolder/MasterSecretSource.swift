import Foundation
import Secrets
import Storage
import TykvaServer

/// Where the master secret comes from: the environment, a file of its own, systemd, or the data folder.
enum MasterSecretSource {
    /// The environment variable that holds the secret itself.
    static let variable = "TYKVA_MASTER_SECRET"
    private static let credential = "master-secret"

    case environment(String)
    case file(String, MasterSecretFile.Origin)
    /// The data folder's own file: the only one that is ever made by itself.
    case folder(DataFolder)
    /// Nothing was said, and there is no data folder: on PostgreSQL.
    case nowhere

    /// The strongest that is there: what was said for this, then what systemd hands over, then the folder's file.
    init(_ settings: Settings, _ folder: DataFolder?) throws {
        let variables = ProcessInfo.processInfo.environment
        switch (variables[Self.variable], settings.masterSecretFile) {
        case (_?, _?):
            throw ConfigurationFaults(sentences: [
                "master_secret_file: \(Self.variable) holds a master secret too; give one of them"
            ])
        case (let text?, nil): self = .environment(text)
        case (nil, let path?):
            let isCredential = variables["CREDENTIALS_DIRECTORY"].map { path.hasPrefix($0 + "/") } ?? false
            self = .file(path, isCredential ? .systemdCredential : .file)
        case (nil, nil):
            let path = variables["CREDENTIALS_DIRECTORY"].map { $0 + "/" + Self.credential }
            if let path, access(path, F_OK) == 0 {
                self = .file(path, .systemdCredential)
            } else {
                self = folder.map(Self.folder) ?? .nowhere
            }
        }
    }

    /// What sentences call it; nil when nothing is there to be read.
    var place: String? {
        switch self {
        case .environment: Self.variable
        case .file(let path, _): path
        case .folder(let folder): access(folder.masterSecretPath, F_OK) == 0 ? folder.masterSecretPath : nil
        case .nowhere: nil
        }
    }

    /// - Parameter mayMake: Whether the folder's own file may be made: on an empty database only.
    /// - Returns: The secrets, and whether they were made by this call.
    func load(mayMake: Bool) throws -> (secrets: MasterSecrets, isNew: Bool) {
        switch self {
        case .environment(let text):
            do {
                return (try MasterSecrets(parsing: text), false)
            } catch {
                throw CommandFailure("the master secret in \(Self.variable) is refused: \(error)", .configuration)
            }
        case .file(let path, let origin): return (try Self.read(path, origin), false)
        case .nowhere:
            throw CommandFailure(
                "the master secret is missing: on PostgreSQL every node must have the same one, so it is not made by "
                    + "itself; copy the file of a node that runs, or for the first node let `tykva secret new` print "
                    + "one, and give it by master_secret_file or TYKVA_MASTER_SECRET_FILE", .configuration)
        case .folder(let folder):
            let path = folder.masterSecretPath
            if access(path, F_OK) == 0 { return (try Self.read(path, .file), false) }
            guard mayMake else {
                throw CommandFailure(
                    "the master secret is missing: there is no \(path), and the database belongs to one; "
                        + "put it back from where you keep it (backups of the database never contain it)")
            }
            return (MasterSecrets(try MasterSecretFile.create(path)), true)
        }
    }

    /// How a server that runs reads them again.
    var reader: MasterSecretReader {
        switch self {
        case .environment, .nowhere: .never
        case .file, .folder: MasterSecretReader { try load(mayMake: false).secrets }
        }
    }

    /// A refusal with the place of the secrets, and what to do.
    func explained(_ refusal: MasterSecretRefusal) -> CommandFailure {
        let advice =
            switch refusal {
            case .renumbered: ""
            case .different: "; copy the file of a node that runs"
            case .missing(let number):
                "; copy the file of a node that runs, or, when nothing needs it any more, "
                    + "`tykva secret remove \(number)`"
            }
        return CommandFailure("the master secret in \(place ?? "the data folder"): \(refusal)\(advice)", .configuration)
    }

    /// Tells in one line when the secrets that are here would keep a server from starting on this database.
    ///
    /// For commands, which do not need them: where none is here, nothing is wrong.
    func warn(_ database: any Database) async {
        guard place != nil else { return }
        do {
            try await MasterSecretCheck(load(mayMake: false).secrets).compare(with: database)
        } catch let refusal as MasterSecretRefusal {
            Console.complain("warning: \(explained(refusal))")
        } catch let failure as CommandFailure {
            Console.complain("warning: \(failure)")
        } catch {
            // The store's trouble is told by what the command does there.
        }
    }

    private static func read(_ path: String, _ origin: MasterSecretFile.Origin) throws -> MasterSecrets {
        do {
            return try MasterSecretFile.load(path, origin: origin)
        } catch {
            throw CommandFailure("\(error)", .configuration)
        }
    }
}
