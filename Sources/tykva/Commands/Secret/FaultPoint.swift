import Foundation

/// Places at which a test ends the process without a word, as a crash would. They exist in debug builds only.
enum FaultPoint: String {
    case secretWritten = "secret_written"
    case secretReplaced = "secret_replaced"
    case secretRegistered = "secret_registered"
    case secretActivated = "secret_activated"
    case boxesResealed = "boxes_resealed"

    func reach() {
        #if DEBUG
            guard ProcessInfo.processInfo.environment["TEST_FAULT_POINT"] == rawValue else { return }
            kill(getpid(), SIGKILL)
        #endif
    }
}
