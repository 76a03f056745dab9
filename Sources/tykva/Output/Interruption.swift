import Dispatch
import Foundation

/// INT and TERM end what takes long at once, with a sentence: what it has done so far stays.
final class Interruption {
    private let sources: [any DispatchSourceSignal]

    /// - Parameter sentence: What becomes of it, and what to do.
    init(_ sentence: String) {
        sources = [SIGINT, SIGTERM].map { number in
            // Else the signal would end the process before the source sees it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                Console.endLine()
                Console.complain("broken off; \(sentence)")
                // As a shell tells of a program that a signal has ended.
                _exit(128 + number)
            }
            source.activate()
            return source
        }
    }

    func end() {
        for source in sources { source.cancel() }
    }
}
