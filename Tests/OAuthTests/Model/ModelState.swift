/// Everything the model's future depends on: the stored row, the calls under way, the clocks, what is left to happen.
///
/// Small integers only, because hundreds of thousands of states are remembered. Times are in seconds.
struct ModelState: Hashable {
    var row: Row
    var backup: Row?
    var calls = Calls()
    /// The highest generation that some client was given and received.
    var acknowledged: UInt8 = 0
    /// The highest generation that was ever written.
    var peak: UInt8 = 0
    var thefts: UInt8 = 0
    var epoch: UInt8 = 1
    /// The deployment's clock, and how far the machine's own is behind it (a step back that is held).
    var now: Int16 = 0
    var held: Int16 = 0
    /// Seconds since the last rotation by the monotonic clock; -1 when the process that rotated is gone.
    var monotonic: Int16 = -1
    var left: Budget

    /// One token family, as stored.
    struct Row: Hashable {
        var generation: UInt8 = 0
        var rotatedAt: Int16 = 0
        var rotatedAway = false
        var idleExpiresAt: Int16
        var expiresAt: Int16
        var hasEnded = false
        var sessionHasEnded = false
        /// 0 when it was never fast-forwarded.
        var fastForwardEpoch: UInt8 = 0
    }

    /// How much of each kind may still happen.
    struct Budget: Hashable {
        var requests: UInt8
        var clockSteps: UInt8
        var crashes: UInt8
        var ends: UInt8
        var restores: UInt8
    }

    var isRestored: Bool { epoch > 1 }

    /// The four callers' calls, eight bits each. 0 and 1 are at home, 2 and 3 elsewhere.
    struct Calls: Hashable {
        static let count = 4
        private var packed: UInt32 = 0

        subscript(caller: Int) -> Call {
            get { Call(bits: UInt8(truncatingIfNeeded: packed >> (8 * UInt32(caller)))) }
            set {
                packed &= ~(0xFF << (8 * UInt32(caller)))
                packed |= UInt32(newValue.bits) << (8 * UInt32(caller))
            }
        }

        /// The same, with the two callers of each place in order: which of two equals is which changes nothing.
        var ordered: Calls {
            var ordered = self
            for pair in [0, 2] where ordered[pair].bits > ordered[pair + 1].bits {
                let first = ordered[pair]
                ordered[pair] = ordered[pair + 1]
                ordered[pair + 1] = first
            }
            return ordered
        }
    }

    enum Call: Hashable {
        case idle
        /// About to run the blind UPDATE with this token.
        case rotating(UInt8)
        /// The UPDATE touched no row: about to read and decide.
        case deciding(UInt8)
        /// The answer with this token is on its way.
        case answered(UInt8)

        init(bits: UInt8) {
            switch bits >> 6 {
            case 1: self = .rotating(bits & 63)
            case 2: self = .deciding(bits & 63)
            case 3: self = .answered(bits & 63)
            default: self = .idle
            }
        }

        var bits: UInt8 {
            switch self {
            case .idle: 0
            case .rotating(let token): 1 << 6 | token
            case .deciding(let token): 2 << 6 | token
            case .answered(let token): 3 << 6 | token
            }
        }
    }
}
