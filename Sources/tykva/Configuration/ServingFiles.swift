import Foundation

/// The files that a server's start reads, read as that would: by the user that it would become.
struct ServingFiles {
    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// - Throws: `ConfigurationFaults` with everything that would keep a server from starting.
    func check() throws {
        var faults: [String] = []
        func note(_ work: () throws -> Void) {
            do {
                try work()
            } catch let fault as ConfigurationFaults {
                faults += fault.sentences
            } catch {
                faults.append("\(error)")
            }
        }
        var premises: Premises?
        // Without a deployment yet there is nothing of it to be read.
        note { premises = try Premises.ifThere(settings) }
        note { _ = try settings.loadCertificate() }
        if case .postgres? = settings.database {
            note {
                if let file = settings.databasePasswordFile {
                    _ = try DatabasePassword.read(file)
                } else {
                    try DatabasePassword.checkPassFile()
                }
            }
        }
        note { _ = try settings.mail?.account(issuer: settings.issuer) }
        if case .sqlite(let path)? = premises?.database { note { try MovedMark(of: path).refuse() } }
        note {
            let source = try MasterSecretSource(settings, premises?.folder)
            // The folder's own is made by itself on an empty database.
            if source.place == nil, premises == nil || premises?.isThere == false { return }
            _ = try source.load(mayMake: false)
        }
        guard faults.isEmpty else { throw ConfigurationFaults(sentences: faults) }
    }
}
