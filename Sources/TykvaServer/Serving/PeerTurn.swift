/// Whose turn it is on a connection: the clock runs whenever the peer owes something, a request or the taking of an
/// answer.
///
/// An idle timer alone would let a body live on that drips in, and an answer that nobody reads. What we owe has bounds
/// of its own: the queues.
struct PeerTurn {
    /// What becomes of the clock.
    enum Clock: Equatable {
        case start, keep, stop
    }

    /// A request's head has come, and its end has not.
    private var isReading = false
    /// The request that is being read has its whole answer already: a refusal does not wait for the body.
    private(set) var isAnsweredEarly = false
    /// Whole requests whose answers have not been taken whole.
    private var owed = 0
    /// Answers that were begun and that the network has not taken whole.
    private var leaving = 0

    /// Requests that have come and are not answered: who sends on without reading is cut off at some number.
    var waiting: Int { owed + (isReading ? 1 : 0) }

    mutating func requestBegins() -> Clock {
        isReading = true
        isAnsweredEarly = false
        return owed == 0 && leaving == 0 ? .start : .keep
    }

    mutating func requestEnds() -> Clock {
        isReading = false
        if isAnsweredEarly {
            isAnsweredEarly = false
            return leaving == 0 ? .start : .keep
        }
        owed += 1
        return leaving == 0 ? .stop : .keep
    }

    mutating func answerBegins() -> Clock {
        leaving += 1
        // A request that is still being read has its clock.
        return leaving > 1 || owed == 0 && isReading ? .keep : .start
    }

    /// The network has taken an answer whole.
    mutating func answerIsTaken() -> Clock {
        leaving = max(0, leaving - 1)
        let isEarly = owed == 0 && isReading
        if isEarly { isAnsweredEarly = true } else { owed = max(0, owed - 1) }
        if leaving > 0 { return isEarly ? .keep : .start }
        if owed > 0 { return .stop }
        return isEarly ? .keep : .start
    }
}
