package import Secrets

/// How a running server reads its master secrets again, from where it had them at its start.
package struct MasterSecretReader: Sendable {
    /// Nil where they cannot change while a process runs: in its environment.
    let read: (@Sendable () throws -> MasterSecrets)?

    package init(_ read: @escaping @Sendable () throws -> MasterSecrets) { self.read = read }

    private init() { read = nil }

    /// Those of the start stay.
    package static let never = MasterSecretReader()
}
