import OAuth
import Secrets
import Testing

@Suite struct GuessPolicyTests {
    private static let start = Milliseconds(1_800_000_000_000)
    private static let shared: [GuessKind] = [.network, .client, .link, .reset, .register]

    /// Of an account or a browser.
    private func record(_ failures: Int64) -> FailureRecord {
        FailureRecord(failures: failures, lastFailedAt: Self.start, expiresAt: Self.start + GuessPolicy.memory)
    }

    @Test(arguments: shared)
    func `what is counted for a network is forgotten one by one, so that rare errors never add up`(_ kind: GuessKind) {
        let policy = kind.policy
        var record: FailureRecord?
        var now = Self.start
        for _ in 0..<100 {
            #expect(policy.decide(record, inFlight: 0, at: now) == .admit)
            record = policy.adding(1, to: record, at: now)
            #expect(record?.failures == 1)
            now = now + .hours(23)
        }
        #expect(policy.decide(record, inFlight: 0, at: now) == .admit)
    }

    @Test(arguments: shared)
    func `when all that are free are used up, one is looked at a minute, and no more are ever counted`(
        _ kind: GuessKind
    ) {
        let policy = kind.policy
        var record: FailureRecord?
        for _ in 0..<policy.free {
            #expect(policy.decide(record, inFlight: 0, at: Self.start) == .admit)
            record = policy.adding(1, to: record, at: Self.start)
        }
        let next = Self.start + .minutes(1)
        #expect(policy.decide(record, inFlight: 0, at: Self.start) == .wait(until: next))
        #expect(policy.decide(record, inFlight: 0, at: next - .milliseconds(1)) == .wait(until: next))
        #expect(policy.decide(record, inFlight: 0, at: next) == .admit)
        #expect(policy.decide(record, inFlight: 1, at: next) == .wait(until: next + .seconds(1)))
        // Whatever came past the limit, the way is free a minute after the last.
        for _ in 0..<1000 { record = policy.adding(1, to: record, at: Self.start) }
        record = policy.adding(.max / 2, to: record, at: Self.start)
        #expect(record?.failures == policy.free)
        #expect(policy.decide(record, inFlight: 0, at: next) == .admit)
        let half = policy.adding(1, to: record, at: Self.start + .seconds(90))
        #expect(
            policy.decide(half, inFlight: 0, at: Self.start + .seconds(90)) == .wait(until: Self.start + .minutes(2)))
        #expect(policy.decide(record, inFlight: 0, at: Self.start - .hours(1)) == .admit, "the clock went back")
        #expect(record.map { policy.counted($0, at: Self.start + .minutes(policy.free)) } == 0)
    }

    @Test(arguments: [GuessKind.account, .accountNetwork, .device])
    func `the first guesses cost nothing, then the pause doubles up to its cap`(_ kind: GuessKind) {
        let policy = kind.policy
        guard case .doublingPause(let cap) = policy.cost else {
            Issue.record("what belongs to one person is forgotten as a whole")
            return
        }
        for failures in 0..<policy.free { #expect(policy.pause(after: failures) == .zero) }
        #expect(policy.pause(after: policy.free) == .seconds(1))
        #expect(policy.pause(after: policy.free + 3) == .seconds(8))
        var last = Duration.zero
        for failures in 0..<policy.free + 100 {
            let pause = policy.pause(after: failures)
            #expect(pause >= last && pause <= cap)
            last = pause
        }
        #expect(last == cap)
        #expect(policy.pause(after: .max) == cap)
        #expect(policy.pause(after: .min) == .zero)
    }

    @Test func `a guess waits for the end of the pause, and not a moment longer`() {
        let policy = GuessKind.accountNetwork.policy
        let record = record(7)
        let end = Self.start + .seconds(4)
        #expect(policy.decide(record, inFlight: 0, at: Self.start) == .wait(until: end))
        #expect(policy.decide(record, inFlight: 0, at: end - .milliseconds(1)) == .wait(until: end))
        #expect(policy.decide(record, inFlight: 0, at: end) == .admit)
        #expect(policy.decide(nil, inFlight: 0, at: end) == .admit)
    }

    @Test func `guesses in flight count as wrong ones, and after the free ones only one is looked at`() {
        let policy = GuessKind.accountNetwork.policy
        let three = record(3)
        #expect(policy.decide(three, inFlight: 1, at: Self.start) == .admit)
        #expect(policy.decide(three, inFlight: 2, at: Self.start) == .wait(until: Self.start + .seconds(1)))
        let many = record(9)
        let later = Self.start + .hours(1)
        #expect(policy.decide(many, inFlight: 0, at: later) == .admit)
        #expect(policy.decide(many, inFlight: 1, at: later) == .wait(until: later + .seconds(1)))
    }

    @Test func `a day after the last one they are forgotten`() {
        let policy = GuessKind.account.policy
        let record = record(1000)
        #expect(policy.counted(record, at: Self.start + .hours(24) - .milliseconds(1)) == 1000)
        #expect(policy.counted(record, at: Self.start + .hours(24)) == 0)
        #expect(policy.adding(2, to: record, at: Self.start + .hours(25)).failures == 2)
    }

    @Test func `a clock that is behind makes no pause longer, and one that went back makes none`() {
        let policy = GuessKind.account.policy
        let record = record(40)
        let pause = policy.pause(after: 40)
        let behind = Self.start - .seconds(30)
        #expect(policy.decide(record, inFlight: 0, at: behind) == .wait(until: behind + pause))
        #expect(policy.decide(record, inFlight: 0, at: Self.start - .hours(1)) == .admit)
        #expect(policy.decide(record, inFlight: 1, at: Self.start - .hours(1)) != .admit)
    }

    /// Walks an attacker who takes every guess at the first moment at which it is looked at, and after so many of them
    /// waits until they are forgotten.
    private func guesses(at kind: GuessKind, in span: Duration, restingAfter rest: Int?) -> Int {
        var record: FailureRecord?
        var now = Self.start
        var count = 0
        while now < Self.start + span {
            switch kind.policy.decide(record, inFlight: 0, at: now) {
            case .wait(let until): now = until
            case .admit:
                count += 1
                record = kind.policy.adding(1, to: record, at: now)
                if let rest, count % rest == 0 { now = now + GuessPolicy.memory }
            }
        }
        return count
    }

    @Test func `an account stands few guesses, however patient who makes them is`() {
        #expect(guesses(at: .account, in: .days(1), restingAfter: nil) <= 66)
        let steady = guesses(at: .account, in: .days(100), restingAfter: nil)
        #expect(steady <= 100 * 24 + 45)
        // Resting until they are forgotten is the best that can be done, and is worth little.
        let best = (1...200).map { guesses(at: .account, in: .days(100), restingAfter: $0) }.max() ?? .max
        #expect(best >= steady)
        #expect(best <= 100 * 42)
        // A person in their own browser, and a stranger in one network.
        for kind in [GuessKind.device, .accountNetwork] {
            #expect(guesses(at: kind, in: .days(1), restingAfter: nil) <= 115)
        }
        // One password on many accounts.
        #expect(guesses(at: .network, in: .days(1), restingAfter: nil) == 100 + 1439)
        #expect(guesses(at: .network, in: .days(2), restingAfter: nil) == 100 + 2879)
    }
}

@Suite struct GuessKeyTests {
    private func address(_ text: String) throws -> NetworkAddress { try #require(NetworkAddress(text)) }

    @Test func `each kind, account and network has a key of its own`() throws {
        let (anna, boris) = (try UserName("anna"), try UserName("boris"))
        let (here, there) = (try address("192.0.2.7"), try address("198.51.100.7"))
        let client = try #require(ClientID("shop"))
        let keys: [GuessKey] = [
            .account(anna), .account(boris), .account(anna, from: here), .account(anna, from: there),
            .account(boris, from: here), .network(here), .network(there), .client(client, from: here),
            .client(nil, from: here), .client(client, from: there), .link(from: here), .reset(from: here),
            .register(from: here),
            .device(.init(of: "one"), of: anna), .device(.init(of: "two"), of: anna),
            .device(.init(of: "one"), of: boris), .session(.random(), of: .random()),
            .session(.random(), of: .random()),
        ]
        #expect(Set(keys.map(\.hash)).count == keys.count)
    }

    @Test func `one name and one network are one key, however they are written`() throws {
        #expect(GuessKey.account(try UserName("ZOE\u{308}")) == .account(try UserName("zoë")))
        let anna = try UserName("anna")
        let (one, two) = (try address("192.0.2.7"), try address("192.0.2.200"))
        #expect(GuessKey.account(anna, from: one) == .account(anna, from: two))
        #expect(GuessKey.network(try address("2001:db8:1::1")) == .network(try address("2001:db8:1:ffff::2")))
        #expect(GuessKey.network(try address("2001:db8:1::1")) != .network(try address("2001:db8:2::1")))
        #expect(GuessKey.network(try address("::ffff:192.0.2.9")) == .network(one))
    }

    @Test func `the records of an account are found by its name`() throws {
        let anna = try UserName("anna")
        let own = GuessKey.account(anna).hash
        #expect(GuessKey.account(anna).account == own)
        #expect(GuessKey.account(anna, from: try address("192.0.2.7")).account == own)
        #expect(GuessKey.device(.init(of: "one"), of: anna).account == own)
        #expect(GuessKey.network(try address("192.0.2.7")).account == nil)
    }
}
