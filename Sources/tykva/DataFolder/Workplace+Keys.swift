import Secrets
import TykvaServer

extension Workplace {
    /// What operators do with signing keys: for that, and for little else, a command needs the master secret.
    func keys() async throws -> KeyAdministration {
        let source = try MasterSecretSource(settings, try Premises.existing(settings).folder)
        do {
            let secrets = try await MasterSecretCheck(source.load(mayMake: false).secrets).confirmed(by: database)
            return KeyAdministration(database, secrets: secrets, times: settings.keyTimes)
        } catch let refusal as MasterSecretRefusal {
            throw source.explained(refusal)
        }
    }
}
