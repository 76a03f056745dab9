import OAuth
import TestSupport

/// A deployment in the small: one store of keys, nodes with clocks of their own, and verifiers that ask for the key set
/// every `max-age`. It walks through time and notes each instant at which a token could have been refused.
struct KeyWorld {
    /// A fault that is planted, to see that the walk finds it.
    enum Fault: CaseIterable {
        case unseenKeySigns, oldKeyLeavesEarly, sleeperSigns, sleeperServes, cutNodeServesOn
    }

    private struct Node {
        let offset: Duration
        /// What it has read of the store.
        var keys: [PlannedKey] = []
        var readAt: Duration?
        /// Until when it does nothing at all: it is asleep, or crashed.
        var awayUntil: Duration = .zero
        /// Until when the store does not answer it.
        var cutUntil: Duration = .zero
    }

    /// What became of one key, by the true time.
    private struct Traces {
        var servedByAllSince: Duration?
        var signedUntil: Duration?
        var leftAt: Duration?
    }

    private(set) var refusals: [String] = []
    private(set) var rotations = 0
    private(set) var crashes = 0
    private(set) var cuts = 0
    private(set) var mostKeys = 0
    private let times: KeyTimes
    private let fault: Fault?
    private var nodes: [Node]
    private var store: [PlannedKey] = []
    private var traces: [KeyID: Traces] = [:]
    private var now: Duration = .zero
    private var random: SeededRandom
    private static let start = Milliseconds(1_800_000_000_000)

    init(_ times: KeyTimes, offsets: [Duration], fault: Fault? = nil, seed: UInt64) {
        self.times = times
        self.fault = fault
        nodes = offsets.map { Node(offset: $0) }
        random = SeededRandom(seed: seed)
    }

    /// Lets time pass until `end`: in steps of ten minutes, and of five seconds around changes.
    mutating func walk(until end: Duration, sleep: Range<Duration>? = nil) {
        while now < end {
            if let sleep, sleep.contains(now) { nodes[0].awayUntil = sleep.upperBound }
            // What is asked of a node that has just woken comes before anything else that it does.
            look()
            for index in nodes.indices where nodes[index].awayUntil <= now { act(index) }
            look()
            now += step
        }
    }

    private var step: Duration {
        let truth = Self.start + now
        let next = KeyPlan(store, times, at: truth).nextChangeAt
        let distance = next.map { abs($0.since(truth)) } ?? .max
        let isRecent = traces.values.contains { ($0.leftAt ?? .zero) + .minutes(5) > now && $0.leftAt != nil }
        let isWaking = nodes.contains {
            abs(($0.awayUntil - now).wholeMilliseconds) < Duration.minutes(10).wholeMilliseconds
        }
        return distance < Duration.minutes(15).wholeMilliseconds || isRecent || isWaking ? .seconds(5) : .seconds(600)
    }

    /// One turn of a node: it signs with what it believes, reads the store when it should, and does what is due.
    private mutating func act(_ index: Int) {
        let clock = Self.start + now + nodes[index].offset
        let isTrusted = nodes[index].readAt.map { now - $0 <= KeyTimes.trust } ?? false
        if random.next() % 20_000 == 0 {
            cuts += 1
            nodes[index].cutUntil = now + .seconds(Int64(random.next() % 400_000))
        }
        let isCut = nodes[index].cutUntil > now
        if !isTrusted, fault != .sleeperSigns, !isCut { read(index) }
        if isTrusted || !isCut || fault == .sleeperSigns { sign(index, clock) }
        guard !isCut else { return }
        if random.next() % 4 != 0 { read(index) }
        guard let change = KeyPlan(nodes[index].keys, times, at: clock).due else { return }
        switch random.next() % 8 {
        case 0: crash(index)
        case 1:
            apply(change, clock)
            crash(index)
        default:
            apply(change, clock)
            read(index)
        }
    }

    private mutating func crash(_ index: Int) {
        crashes += 1
        nodes[index].keys = []
        nodes[index].readAt = nil
        nodes[index].awayUntil = now + .seconds(Int64(random.next() % 900))
    }

    private mutating func read(_ index: Int) {
        nodes[index].keys = store
        nodes[index].readAt = now
    }

    /// The transaction: nothing when the store is not as the node believed any more.
    private mutating func apply(_ change: KeyChange, _ clock: Milliseconds) {
        guard KeyPlan(store, times, at: clock).due == change else { return }
        switch change {
        case .begin: store = [new(clock, activeAt: clock), new(clock)]
        case .publish: store.append(new(clock))
        case .promote(let successor, let old, _):
            rotations += 1
            let gone = clock + retirement
            if let old {
                alter(old) { life in
                    life.retiringAt = clock
                    life.goneAt = gone
                }
            }
            let next = new(clock)
            store.append(next)
            alter(fault == .unseenKeySigns ? next.id : successor) { $0.activeAt = clock }
        case .redate(let key): refusals.append("\(key) was taken for one of a wrong clock at \(now)")
        case .erase(let key): store.removeAll { $0.id == key }
        }
    }

    private var retirement: Duration { fault == .oldKeyLeavesEarly ? .minutes(59) : KeyTimes.retirement }

    private mutating func new(_ clock: Milliseconds, activeAt: Milliseconds? = nil) -> PlannedKey {
        let id = KeyID("k\(traces.count)")
        guard let id else { preconditionFailure("a short name is a key id") }
        traces[id] = Traces(servedByAllSince: traces.isEmpty ? .zero - .days(1) : nil)
        return PlannedKey(id: id, algorithm: .es256, life: KeyLife(publishedAt: clock, activeAt: activeAt))
    }

    private mutating func alter(_ id: KeyID, _ change: (inout KeyLife) -> Void) {
        guard let index = store.firstIndex(where: { $0.id == id }) else { return }
        var life = store[index].life
        change(&life)
        store[index] = PlannedKey(id: id, algorithm: .es256, life: life)
    }

    private mutating func sign(_ index: Int, _ clock: Milliseconds) {
        guard let key = KeyPlan(nodes[index].keys, times, at: clock).active else { return }
        // A verifier may have asked last just before.
        let known = traces[key.id]?.servedByAllSince.map { $0 + KeyTimes.keySetMaxAge <= now } ?? false
        if !known { refusals.append("node \(index) signs with \(key.id) at \(now), and a verifier may not know it") }
        if let left = traces[key.id]?.leftAt {
            refusals.append("node \(index) signs with \(key.id) at \(now), which left the set at \(left)")
        }
        let expiry = now + nodes[index].offset + KeyTimes.longestToken
        let before = traces[key.id]?.signedUntil ?? .zero
        traces[key.id]?.signedUntil = max(before, expiry)
    }

    /// What a node makes its key set of; nil when it serves none. It asks the store when what it read is old.
    private func served(by node: Node) -> [PlannedKey]? {
        guard node.awayUntil <= now, let readAt = node.readAt else { return nil }
        if now - readAt <= KeyTimes.trust || fault == .sleeperServes { return node.keys }
        guard node.cutUntil > now else { return store }
        return now - readAt <= KeyTimes.servingTrust || fault == .cutNodeServesOn ? node.keys : nil
    }

    /// What every node that is awake serves, and what that means to verifiers with a clock that is behind.
    private mutating func look() {
        let sets = nodes.compactMap { node in
            served(by: node).map { keys in
                Set(keys.filter { $0.life.state(at: Self.start + now + node.offset) != .gone }.map(\.id))
            }
        }
        guard !sets.isEmpty else { return }
        mostKeys = max(mostKeys, sets.map(\.count).max() ?? 0)
        for (id, trace) in traces {
            let servedByAll = sets.allSatisfy { $0.contains(id) }
            if servedByAll, trace.servedByAllSince == nil { traces[id]?.servedByAllSince = now }
            guard !servedByAll, trace.servedByAllSince != nil, trace.leftAt == nil else { continue }
            traces[id]?.leftAt = now
            let lastTaken = (trace.signedUntil ?? .zero) + KeyTimes.verifierTolerance + KeyTimes.skew
            if lastTaken > now {
                refusals.append("\(id) left the set at \(now), and its tokens live until \(lastTaken)")
            }
        }
    }
}
