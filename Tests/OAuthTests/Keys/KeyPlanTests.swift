import OAuth
import Testing

@Suite struct KeyPlanTests {
    private let start = Milliseconds(1_800_000_000_000)
    private let times = KeyTimes.standard
    private let active = KeyID("active")
    private let successor = KeyID("successor")

    @Test func `a deployment begins with a key and its successor`() {
        #expect(plan([], after: .zero).due == .begin)
        #expect(plan([], after: .zero).rotationAt == nil)
    }

    @Test func `a key without a successor gets one of its algorithm`() throws {
        let alone = try key(active, signing: true)
        #expect(plan([alone], after: .zero).due == .publish(alone.algorithm))
        #expect(plan([alone], after: .days(3000)).due == .publish(alone.algorithm))
    }

    @Test func `the successor takes over when the time is up, and not before`() throws {
        let keys = [try key(active, signing: true), try key(successor)]
        #expect(plan(keys, after: .zero).rotationAt == start + .days(30))
        #expect(plan(keys, after: .days(30) - .milliseconds(1)).due == nil)
        let promotion = KeyChange.promote(try #require(successor), over: active, keys[1].algorithm)
        #expect(plan(keys, after: .days(30)).due == promotion)
        #expect(plan(keys, after: .days(3000)).due == promotion)
    }

    @Test func `a successor is public for a day before it signs, also when the time is up or an operator asks`() throws
    {
        let late = try key(successor, publishedAfter: .days(30))
        #expect(plan([try key(active, signing: true), late], after: .days(30)).due == nil)
        #expect(plan([try key(active, signing: true), late], after: .zero).rotationAt == start + .days(31))
        let asked = try key(active, signing: true, askedAfter: .hours(2))
        #expect(plan([asked, try key(successor)], after: .zero).rotationAt == start + .hours(24))
        #expect(plan([asked, late], after: .zero).rotationAt == start + .days(31))
    }

    @Test func `an operator who asks brings the rotation forward, and never back`() throws {
        let early = [try key(active, signing: true, askedAfter: .days(3)), try key(successor)]
        #expect(plan(early, after: .zero).rotationAt == start + .days(3))
        let late = [try key(active, signing: true, askedAfter: .days(40)), try key(successor)]
        #expect(plan(late, after: .zero).rotationAt == start + .days(30))
    }

    @Test func `without a key that signs its successor takes over at once`() throws {
        let alone = try key(successor)
        #expect(plan([alone], after: .zero).due == .promote(alone.id, over: nil, alone.algorithm))
    }

    @Test func `the private half of a key that is gone is deleted, once`() throws {
        let keys = [try key(active, signing: true), try key(successor)]
        let old = try #require(KeyID("old"))
        let life = KeyLife(publishedAt: start, activeAt: start, retiringAt: start, goneAt: start + .seconds(10))
        let gone = PlannedKey(id: old, algorithm: .es256, life: life)
        #expect(plan(keys + [gone], after: .seconds(9)).due == nil)
        #expect(plan(keys + [gone], after: .seconds(9)).nextChangeAt == start + .seconds(10))
        #expect(plan(keys + [gone], after: .seconds(10)).due == .erase(old))
        #expect(plan(keys + [gone], after: .seconds(10)).nextChangeAt == start + .days(30))
        let erased = PlannedKey(id: old, algorithm: .es256, life: life, isErased: true)
        #expect(plan(keys + [erased], after: .seconds(10)).due == nil)
    }

    @Test func `what a clock that was far ahead has written counts from now`() throws {
        let keys = [try key(active, signing: true), try key(successor)]
        #expect(plan(keys, after: .zero - .seconds(300)).due == nil)
        #expect(plan(keys, after: .zero - .days(365)).due == .redate(keys[0].id))
        let ahead = try key(successor, publishedAfter: .days(365))
        #expect(plan([keys[0], ahead], after: .zero).due == .redate(ahead.id))
        let asked = try key(active, signing: true, askedAfter: .days(365))
        #expect(plan([asked, keys[1]], after: .zero).due == .redate(asked.id))
        let old = try #require(KeyID("old"))
        let end = start + .days(365)
        var life = KeyLife(publishedAt: start, activeAt: start, retiringAt: end, goneAt: end + KeyTimes.retirement)
        let retired = PlannedKey(id: old, algorithm: .es256, life: life)
        #expect(plan(keys + [retired], after: .zero).due == .redate(old))
        #expect(plan(keys + [retired], after: .days(365) - .seconds(300)).due != .redate(old))
        // What is gone stays so, whenever that was written.
        life.revokedAt = end
        #expect(plan(keys + [PlannedKey(id: old, algorithm: .es256, life: life)], after: .zero).due == .erase(old))
    }

    @Test func `what is gone is erased though a rotation is due that cannot be done`() throws {
        let keys = [try key(active, signing: true), try key(successor)]
        let old = try #require(KeyID("old"))
        let gone = PlannedKey(id: old, algorithm: .es256, life: KeyLife(publishedAt: start, goneAt: start))
        #expect(plan(keys + [gone], after: .days(40)).due == .erase(old))
    }

    @Test func `spans out of their bounds are refused`() {
        #expect(throws: InvalidValue.self) { _ = try KeyTimes(rotation: .hours(23)) }
        #expect(throws: InvalidValue.self) { _ = try KeyTimes(publication: KeyTimes.leastPublication - .seconds(1)) }
        #expect(throws: Never.self) { _ = try KeyTimes(rotation: .days(1), publication: KeyTimes.leastPublication) }
    }

    private func plan(_ keys: [PlannedKey], after span: Duration) -> KeyPlan { KeyPlan(keys, times, at: start + span) }

    private func key(
        _ id: KeyID?, signing: Bool = false, publishedAfter span: Duration = .zero, askedAfter asked: Duration? = nil
    ) throws -> PlannedKey {
        PlannedKey(
            id: try #require(id), algorithm: .es256,
            life: KeyLife(publishedAt: start + span, activeAt: signing ? start : nil),
            rotationAskedAt: asked.map { start + $0 })
    }
}
