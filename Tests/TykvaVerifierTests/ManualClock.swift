import Foundation
import Synchronization

/// A wall clock that a test sets.
final class ManualClock: Sendable {
    private let seconds: Mutex<Double>

    init(_ seconds: Double = TokenForge.now) {
        self.seconds = Mutex(seconds)
    }

    var date: @Sendable () -> Date {
        { Date(timeIntervalSince1970: self.seconds.withLock { $0 }) }
    }

    func set(_ value: Double) {
        seconds.withLock { $0 = value }
    }
}
