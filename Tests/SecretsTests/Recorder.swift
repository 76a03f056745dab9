import Synchronization

/// What several threads write down.
final class Recorder<Value: Sendable>: Sendable {
    private let contents: Mutex<Value>

    init(_ value: Value) {
        contents = Mutex(value)
    }

    var value: Value { contents.withLock { $0 } }

    func update(_ body: @Sendable (inout Value) -> Void) {
        contents.withLock { body(&$0) }
    }
}
