import OAuth
import Storage
import Synchronization
package import TykvaServer

/// Where a demo's letters arrive: the last ones, in memory, shown at `/demo/mail`.
package final class DemoMailbox: Sendable {
    private static let kept = 20

    struct Arrival: Sendable {
        let number: Int
        let address: String
        let letter: Letter
    }

    private let arrivals = Mutex<[Arrival]>([])

    package init() {}

    package var post: LetterPost {
        LetterPost { [self] letter, address, _ in
            arrivals.withLock { arrivals in
                let number = (arrivals.last?.number ?? 0) + 1
                arrivals.append(Arrival(number: number, address: address.text, letter: letter))
                if arrivals.count > Self.kept { arrivals.removeFirst() }
            }
        }
    }

    /// The newest first.
    var all: [Arrival] { arrivals.withLock { $0.reversed() } }
}
