import Metrics
import OAuth

/// What was not looked at, by what is counted: one counter each.
struct RefusalCounts: Sendable {
    private let account = Self.counter("account")
    private let network = Self.counter("network")
    private let device = Self.counter("device")
    private let client = Self.counter("client")
    private let rate = Self.counter("rate")

    func count(_ kind: GuessKind) {
        switch kind {
        case .account, .accountNetwork: account.increment()
        case .device: device.increment()
        case .network, .link, .reset, .register: network.increment()
        case .client: client.increment()
        }
    }

    func countRate() { rate.increment() }

    private static func counter(_ what: String) -> Counter {
        Counter(label: "tykva_guesses_refused_total", dimensions: [("by", what)])
    }
}
