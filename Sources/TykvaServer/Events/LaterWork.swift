import ServiceLifecycle

/// What is done after its answer, one after another; what is too much is passed over.
struct LaterWork<Item: Sendable>: Sendable {
    private let items: AsyncStream<Item>
    private let continuation: AsyncStream<Item>.Continuation

    /// - Parameter waiting: How many wait at most.
    init(waiting: Int) {
        (items, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(waiting))
    }

    /// - Returns: False when too many wait: it is passed over.
    func add(_ item: Item) -> Bool {
        if case .dropped = continuation.yield(item) { false } else { true }
    }

    /// Works until the server stops, and then on what still waits.
    func run(_ body: (Item) async -> Void) async {
        await withGracefulShutdownHandler {
            for await item in items { await body(item) }
        } onGracefulShutdown: {
            continuation.finish()
        }
    }
}
