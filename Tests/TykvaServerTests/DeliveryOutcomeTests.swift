import Storage
import Testing

@testable import TykvaServer

@Suite struct DeliveryOutcomeTests {
    @Test(arguments: [
        StorageError.unavailable(reason: "x"), .overloaded(retryAfterSeconds: 1), .unknownOutcome(reason: "x"),
        .conflict(reason: "x"), .locked(reason: "x"), .closed,
    ])
    func `a store that does not answer is no attempt at the receiver`(_ error: StorageError) {
        guard case .notTried = DeliveryOutcome(error) else {
            Issue.record("\(error) counts")
            return
        }
    }

    /// Else it would come again every second, for ever.
    @Test func `a message that the store cannot read counts as tried`() {
        guard case .failed(_, .aDay) = DeliveryOutcome(StorageError.corrupt(reason: "x")) else {
            Issue.record("it does not count")
            return
        }
    }
}
