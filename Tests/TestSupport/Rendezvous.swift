import Dispatch

/// Lets a test hold a synchronous closure at a point, on the closure's own thread, and know that it is there.
package final class Rendezvous: Sendable {
    private let released = DispatchSemaphore(value: 0)
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    package init() {
        (arrivals, arrived) = AsyncStream.makeStream()
    }

    /// In the closure: says that it is here.
    package func arrive() {
        arrived.yield()
    }

    /// In the closure: stays here until the test lets it go on.
    package func waitForRelease() {
        released.wait()
    }

    /// In the test: waits until the closure has arrived.
    package func arrival() async {
        for await _ in arrivals { return }
    }

    package func release() {
        released.signal()
    }
}
