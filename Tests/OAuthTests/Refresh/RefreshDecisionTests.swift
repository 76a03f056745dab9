import OAuth
import Testing

/// Each row of the table in docs/refresh.md, with its nearest neighbours.
@Suite struct RefreshDecisionTests {
    var sample: RefreshSample

    init() throws { sample = try RefreshSample() }

    // MARK: Row 2

    @Test func `a family that is not there is unknown`() {
        for token in [UInt32(0), 7, .max] {
            #expect(
                decideRefresh(
                    of: token, madeUnder: 1, family: nil, caller: sample.owner, circumstances: sample.circumstances)
                    == .unknown)
        }
    }

    // MARK: Row 3

    @Test(arguments: [UInt32(0), 5, 6, 7, 8, .max])
    func `another client is a stranger, whatever it presents`(_ token: UInt32) {
        #expect(sample.decide(token, by: sample.stranger) == .stranger)
    }

    @Test mutating func `a stranger stays one when the family is over, and ends nothing`() {
        sample.family.hasEnded = true
        sample.family.sessionHasEnded = true
        sample.family.userIsDisabled = true
        #expect(sample.decide(5, by: sample.stranger) == .stranger)
        #expect(sample.decide(7, after: .max, by: sample.stranger) == .stranger)
    }

    @Test mutating func `a bound family wants its DPoP key, and another or none is a stranger`() throws {
        let holder = sample.owner.holder
        let bound = RefreshCaller(client: sample.owner.client, dpopThumbprint: "thumbprint", holder: holder)
        let other = RefreshCaller(client: sample.owner.client, dpopThumbprint: "Thumbprint", holder: holder)
        #expect(sample.decide(7, by: bound) == .rotate)
        sample.family.dpopThumbprint = "thumbprint"
        #expect(sample.decide(7, by: bound) == .rotate)
        #expect(sample.decide(7, by: other) == .stranger)
        #expect(sample.decide(7) == .stranger)
        #expect(sample.decide(2, by: other) == .stranger)
    }

    // MARK: Row 4

    @Test(arguments: [UInt32(0), 5, 6, 7, 8])
    func `an ended family is over before anything is a theft`(_ token: UInt32) throws {
        var sample = sample
        sample.family.hasEnded = true
        #expect(sample.decide(token) == .over(.familyEnded))
        sample.family.hasEnded = false
        sample.family.sessionHasEnded = true
        #expect(sample.decide(token) == .over(.sessionEnded))
        sample.family.sessionHasEnded = false
        sample.family.userIsDisabled = true
        #expect(sample.decide(token) == .over(.userDisabled))
    }

    @Test(arguments: [UInt32(5), 6, 7, 8]) func `the absolute end is the first instant that is over`(_ token: UInt32) {
        let end = 180 * RefreshSample.dayMilliseconds
        var sample = sample
        sample.family.idleExpiresAt = Milliseconds(.max)
        #expect(sample.decide(token, after: end) == .over(.expired))
        #expect(sample.decide(token, after: end - 1) != .over(.expired))
    }

    @Test func `an idle family is over from the first instant, for the tokens it knows`() {
        let idle = 30 * RefreshSample.dayMilliseconds
        #expect(sample.decide(7, after: idle - 1) == .rotate)
        #expect(sample.decide(7, after: idle) == .over(.idle))
        #expect(sample.decide(6, after: idle) == .over(.idle))
        #expect(sample.decide(5, after: idle) == .over(.idle))
        #expect(sample.decide(5, after: idle - 1) == .theft(.stale))
    }

    @Test func `a token ahead of its row is not judged by the row's idle time`() {
        #expect(sample.decide(8, after: 31 * RefreshSample.dayMilliseconds) == .fastForward)
        #expect(sample.decide(8, after: 180 * RefreshSample.dayMilliseconds) == .over(.expired))
    }

    @Test mutating func `the last generation of all is over`() {
        #expect(sample.decide(.max - 1) == .fastForward)
        #expect(sample.decide(.max) == .over(.exhausted))
        sample.family.generation = .max
        #expect(sample.decide(.max) == .over(.exhausted))
        #expect(sample.decide(.max - 1) == .retry)
    }

    // MARK: Row 5

    @Test func `the current token rotates, from wherever it comes`() {
        #expect(sample.decide(7) == .rotate)
        #expect(sample.decide(7, by: sample.ownerElsewhere) == .rotate)
        #expect(sample.decide(7, by: sample.ownerWithOtherAgent) == .rotate)
        #expect(sample.decide(7, after: -1_000_000_000) == .rotate)
    }

    @Test mutating func `the first token of a new family rotates`() {
        sample.family.generation = 0
        #expect(sample.decide(0) == .rotate)
        #expect(sample.decide(1) == .fastForward)
    }

    // MARK: Rows 6 and 7

    @Test func `one behind is a retry up to the last millisecond of 60 s, from the same place`() {
        for milliseconds: Int64 in [0, 1, 10_001, 59_999, 60_000] {
            #expect(sample.decide(6, after: milliseconds) == .retry)
        }
        #expect(sample.decide(6, after: 60_001) == .theft(.late))
        #expect(sample.decide(6, after: RefreshSample.dayMilliseconds) == .theft(.late))
    }

    @Test func `from another network or agent the window is 10 s`() {
        for caller in [sample.ownerElsewhere, sample.ownerWithOtherAgent] {
            #expect(sample.decide(6, after: 10_000, by: caller) == .retry)
            #expect(sample.decide(6, after: 10_001, by: caller) == .theft(.late))
        }
    }

    @Test func `a rotation up to 2 s ahead counts as one just now, and no more`() {
        #expect(sample.decide(6, after: -1) == .retry)
        #expect(sample.decide(6, after: -2000) == .retry)
        #expect(sample.decide(6, after: -2001) == .theft(.late))
        #expect(sample.decide(6, after: .min) == .theft(.late))
    }

    @Test mutating func `a rotation far ahead is judged by the monotonic clock of the process that made it`() {
        sample.circumstances.monotonicSinceRotation = 60_000
        #expect(sample.decide(6, after: -2001) == .retry)
        #expect(sample.decide(6, after: -2001, by: sample.ownerElsewhere) == .theft(.late))
        sample.circumstances.monotonicSinceRotation = 60_001
        #expect(sample.decide(6, after: -2001) == .theft(.late))
        // Where the wall clock can tell, the other is not asked.
        #expect(sample.decide(6, after: -2000) == .retry)
        sample.circumstances.monotonicSinceRotation = 0
        #expect(sample.decide(6, after: 60_001) == .theft(.late))
    }

    @Test mutating func `a window of nothing still forgives the same millisecond`() throws {
        sample.circumstances.window = try RetryWindow(sameCallerSeconds: 0, otherCallerSeconds: 0)
        #expect(sample.decide(6) == .retry)
        #expect(sample.decide(6, after: 1) == .theft(.late))
    }

    @Test func `two or more behind is a stale theft, even at once`() {
        #expect(sample.decide(5) == .theft(.stale))
        #expect(sample.decide(0) == .theft(.stale))
        #expect(sample.decide(5, after: 60_001) == .theft(.stale))
    }

    // MARK: Row 8

    @Test mutating func `ahead once an epoch is a store that went back, and twice is a theft`() {
        #expect(sample.decide(8) == .fastForward)
        #expect(sample.decide(1000) == .fastForward)
        sample.family.fastForwardEpoch = 1
        #expect(sample.decide(8) == .theft(.stale))
        sample.circumstances.epoch = 2
        #expect(sample.decide(8) == .fastForward)
        // What was fast-forwarded goes on as any other.
        sample.circumstances.epoch = 1
        #expect(sample.decide(7) == .rotate)
        #expect(sample.decide(6) == .retry)
    }

    // MARK: The key of a token

    @Test mutating func `the current token has one key, and one of another was given to nobody`() {
        sample.family.tokenKey = 2
        // What became of the secrets has no say in it.
        for standing in [SecretStanding.active, .replaced(at: .init(.max)), .unknown] {
            sample.circumstances.standing = standing
            #expect(sample.decide(7, madeUnder: 2) == .rotate)
            for key: UInt8 in [1, 3] { #expect(sample.decide(7, madeUnder: key) == .theft(.stale)) }
        }
    }

    @Test mutating func `a retry has the key of the token before, where it is known`() {
        (sample.family.previousKey, sample.family.tokenKey) = (2, 3)
        #expect(sample.decide(6, madeUnder: 2) == .retry)
        #expect(sample.decide(6, madeUnder: 2, after: 60_001) == .theft(.late))
        #expect(sample.decide(6, madeUnder: 1) == .theft(.stale))
        #expect(sample.decide(6, madeUnder: 1, after: 60_001) == .theft(.stale))
        // A node of before this was noted left the key of an earlier token in the row.
        #expect(sample.decide(6, madeUnder: 3) == .retry)
        sample.family.previousKey = nil
        #expect(sample.decide(6, madeUnder: 1) == .retry)
    }

    @Test mutating func `ahead of the store is a secret that can have been active after the row was written`() {
        sample.family.tokenKey = 2
        let before = RefreshSample.rotatedAt, after = RefreshSample.rotatedAt + .milliseconds(1)
        let expected: [(SecretStanding, RefreshDecision)] = [
            (.active, .fastForward), (.replaced(at: after), .fastForward), (.replaced(at: before), .over(.otherSecret)),
            (.waiting, .over(.unusedSecret)), (.unknown, .over(.unusedSecret)),
        ]
        for (standing, decision) in expected {
            sample.circumstances.standing = standing
            for key: UInt8 in [1, 3] {
                #expect(sample.decide(8, madeUnder: key) == decision)
                #expect(sample.decide(.max - 1, madeUnder: key) == decision)
            }
            // The family itself is under it, which was replaced since.
            let isUnused = [.waiting, .unknown].contains(standing)
            #expect(sample.decide(8, madeUnder: 2) == (isUnused ? .over(.unusedSecret) : .fastForward))
        }
    }

    @Test mutating func `what lies idle is brought back by the active secret alone`() {
        let idle = 31 * RefreshSample.dayMilliseconds
        #expect(sample.decide(8, after: idle) == .fastForward)
        sample.circumstances.standing = .replaced(at: .init(.max))
        #expect(sample.decide(8, after: idle) == .over(.idle))
        #expect(sample.decide(8) == .fastForward)
        // Not final: it may be activated.
        sample.circumstances.standing = .waiting
        #expect(sample.decide(8, after: idle) == .over(.unusedSecret))
        #expect(sample.decide(7, after: idle) == .over(.idle))
    }

    @Test mutating func `a stranger with another key stays one, and what is over is over`() {
        sample.family.tokenKey = 2
        #expect(sample.decide(7, madeUnder: 1, by: sample.stranger) == .stranger)
        sample.family.hasEnded = true
        #expect(sample.decide(7, madeUnder: 1) == .over(.familyEnded))
    }

    // MARK: What a theft ends

    @Test func `by default a late theft ends the family, and a stale one the session`() {
        #expect(TheftPolicy.standard.reach(.late) == .family)
        #expect(TheftPolicy.standard.reach(.stale) == .session)
        #expect(TheftPolicy(late: .user, stale: .family).reach(.late) == .user)
        #expect(TheftPolicy(late: .user, stale: .family).reach(.stale) == .family)
    }
}
