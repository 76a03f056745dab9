@testable import TykvaServer

extension OutgoingPatience {
    /// Nothing is given up because the machine is busy.
    static let forTests = OutgoingPatience(
        connectSeconds: 600, idleSeconds: 600, passingOver: .seconds(600), spareSeconds: 600)
}
