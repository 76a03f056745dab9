@testable import TykvaServer

extension OutgoingPatience {
    /// Nothing is given up because the machine is busy.
    static var forTests: OutgoingPatience {
        var patience = OutgoingPatience()
        (patience.answerSeconds, patience.connectSeconds, patience.idleSeconds) = (600, 600, 600)
        (patience.passingOver, patience.spareSeconds) = (.seconds(600), 600)
        return patience
    }
}
