import Secrets
import TykvaServer

extension Workplace {
    /// The deployment's master secrets, for what a command seals or opens.
    ///
    /// - Throws: When they are missing, or others than the database belongs to.
    func masterSecrets() async throws -> MasterSecrets {
        let source = try MasterSecretSource(settings, Premises.existing(settings).folder)
        do {
            return try await MasterSecretCheck(source.load(mayMake: false).secrets).register(in: database, at: now)
        } catch let refusal as MasterSecretRefusal {
            throw source.explained(refusal)
        }
    }
}
