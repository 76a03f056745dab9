import Foundation
import Secrets

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

    /// - Parameter mayMake: Whether the folder's own file may be made: on an empty database only.
    /// - Returns: The secrets, and whether they were made by this call.
    func load(mayMake: Bool) throws -> (secrets: MasterSecrets, isNew: Bool) {
        switch self {
        case .environment(let text):
            do {
                return (try MasterSecrets(parsing: text), false)
            } catch {
                throw CommandFailure("the master secret in \(Self.variable) is refused: \(error)")
            }
        case .file(let path, let origin):
            return (try MasterSecretFile.load(path, origin: origin), false)
        case .nowhere:
            throw CommandFailure(
                "the master secret is missing: on PostgreSQL every node must have the same one, so it is not made by "
                    + "itself; `tykva secret new` prints one, to be given by master_secret_file or "
                    + "TYKVA_MASTER_SECRET_FILE")
        case .folder(let folder):
            let path = folder.masterSecretPath
            if access(path, F_OK) == 0 { return (try MasterSecretFile.load(path), false) }
            guard mayMake else {
                throw CommandFailure(
                    "the master secret is missing: there is no \(path), and the database belongs to one; "
                        + "put it back from where you keep it (backups of the database never contain it)")
            }
            return (MasterSecrets(try MasterSecretFile.create(path)), true)
        }
    }
}
