import Testing

@testable import TykvaServer

/// Steps of a connection, and when its clock runs.
@Suite struct PeerTurnTests {
    private enum Step { case head, end, begun, taken }

    /// Whether the clock runs after each step; it runs at the opening. A restart counts as `true` too.
    private func running(_ steps: [Step]) -> [Bool] {
        var turn = PeerTurn()
        var isRunning = true
        return steps.map { step in
            switch Self.clock(step, &turn) {
            case .start: isRunning = true
            case .stop: isRunning = false
            case .keep: break
            }
            return isRunning
        }
    }

    private static func clock(_ step: Step, _ turn: inout PeerTurn) -> PeerTurn.Clock {
        switch step {
        case .head: turn.requestBegins()
        case .end: turn.requestEnds()
        case .begun: turn.answerBegins()
        case .taken: turn.answerIsTaken()
        }
    }

    @Test func `the clock runs but while we owe the answer`() {
        #expect(running([.head, .end, .begun, .taken, .head, .end]) == [true, false, true, true, true, false])
    }

    @Test func `an answer before the end of its request takes nothing from the clock of the next`() {
        let early: [Step] = [.head, .begun, .taken, .end]
        #expect(running(early + early + [.head]) == Array(repeating: true, count: 9))
        // The clock of the request that is read is not wound up again by its answer.
        var turn = PeerTurn()
        #expect([Step.head, .begun, .taken].map { Self.clock($0, &turn) } == [.start, .keep, .keep])
        #expect(Self.clock(.end, &turn) == .start)
    }

    @Test func `an early answer that is taken only after the request's end counts once`() {
        #expect(running([.head, .begun, .end, .taken, .head]) == [true, true, true, true, true])
        #expect(running([.head, .begun, .end, .taken, .head, .end]).last == false)
    }

    @Test func `an answer that nobody takes has its clock, whatever else comes`() {
        let steps: [Step] = [.head, .end, .begun, .head, .end, .head, .end]
        #expect(running(steps) == [true, false, true, true, true, true, true])
        var turn = PeerTurn()
        _ = steps.map { Self.clock($0, &turn) }
        #expect(Self.clock(.begun, &turn) == .keep)
        #expect(turn.waiting == 3)
    }

    @Test func `a request behind another is given its time when that is answered`() {
        #expect(running([.head, .end, .head, .begun, .taken]) == [true, false, false, true, true])
        #expect(running([.head, .end, .head, .begun, .taken, .end]).last == false)
    }

    @Test func `the answer to what is no request leaves the clock on`() {
        #expect(running([.begun, .taken, .head]) == [true, true, true])
        #expect(running([.begun, .taken, .head, .end, .begun, .taken]).last == true)
    }

    @Test func `requests that wait are counted`() {
        var turn = PeerTurn()
        for count in 1...3 {
            _ = turn.requestBegins()
            #expect(turn.waiting == count)
            _ = turn.requestEnds()
            #expect(turn.waiting == count)
        }
        _ = turn.answerBegins()
        _ = turn.answerIsTaken()
        #expect(turn.waiting == 2)
    }
}
