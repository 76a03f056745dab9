import Logging
import ServiceLifecycle
import UnixSignals

/// Ends the server at the first TERM or INT, by ending itself; at TERM after a while in which the node is not ready, so
/// that a proxy has turned away from it when its listener closes.
struct Drain: Service {
    let seconds: Int
    let retreat: Retreat
    let logger: Logger
    /// From then on a signal is heard.
    let onTrapped: @Sendable () -> Void

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        onTrapped()
        await cancelWhenGracefulShutdown {
            for await signal in signals {
                guard signal == .sigterm, seconds > 0 else { return }
                retreat.begin()
                logger.notice("TERM: not ready any more; the listener closes soon", metadata: ["seconds": "\(seconds)"])
                try? await Task.sleep(for: .seconds(seconds))
                return
            }
        }
    }
}
