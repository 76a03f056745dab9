import OAuth
import TestSupport
import Testing

/// The machine under test as the model runs it: `decideRefresh` itself, and the blind UPDATE as its WHERE clause says.
struct ModelMachine {
    static let idle: Int16 = 150
    static let absolute: Int16 = 300
    let fault: PlantedFault?

    private static let agent = UserAgent("Browser/1")
    private static let home = Holder(address: NetworkAddress("192.0.2.1") ?? .unknown, agent: agent)
    private static let away = Holder(address: NetworkAddress("198.51.100.1") ?? .unknown, agent: agent)
    private let owner: RefreshCaller
    private let ownerAway: RefreshCaller
    private let stranger: RefreshCaller

    init(fault: PlantedFault?) throws {
        self.fault = fault
        let client = try #require(ClientID("shop"))
        owner = RefreshCaller(client: client, holder: Self.home)
        ownerAway = RefreshCaller(client: client, holder: Self.away)
        stranger = RefreshCaller(client: try #require(ClientID("other")), holder: Self.home)
    }

    /// Row 5, tried first: whether the UPDATE touches the row.
    func wins(_ token: UInt8, _ state: ModelState) -> Bool {
        let row = state.row
        let isCurrent = token == row.generation || (fault == .compareAndSetDropped && token <= row.generation)
        let isLive =
            !row.hasEnded && !row.sessionHasEnded && row.idleExpiresAt > state.now && row.expiresAt > state.now
        return isCurrent && (isLive || fault == .row4AfterRow5)
    }

    func decide(_ token: UInt8, isAway: Bool, _ state: ModelState) -> RefreshDecision {
        if fault == .row4AfterRow5, token == state.row.generation { return .rotate }
        return judge(token, by: isAway ? ownerAway : owner, state)
    }

    func decideForStranger(_ token: UInt8, _ state: ModelState) -> RefreshDecision {
        judge(token, by: stranger, state)
    }

    /// The row after a rotation or a fast-forward by token `n`.
    func advanced(_ row: ModelState.Row, by token: UInt8, isAway: Bool, now: Int16) -> ModelState.Row {
        var row = row
        row.generation = (fault == .compareAndSetDropped ? max(token, row.generation) : token) + 1
        row.rotatedAt = now
        row.rotatedAway = isAway
        row.idleExpiresAt = now + Self.idle
        return row
    }

    private func judge(_ token: UInt8, by caller: RefreshCaller, _ state: ModelState) -> RefreshDecision {
        let row = state.row
        let now = fault == .negativeTimeAccepted ? max(state.now, row.rotatedAt) : state.now
        let family = FamilyState(
            client: owner.client, generation: UInt32(row.generation), tokenKey: 1,
            rotatedAt: Self.instant(row.rotatedAt),
            rotatedBy: row.rotatedAway ? Self.away : Self.home, idleExpiresAt: Self.instant(row.idleExpiresAt),
            expiresAt: Self.instant(row.expiresAt), hasEnded: row.hasEnded, sessionHasEnded: row.sessionHasEnded,
            fastForwardEpoch: row.fastForwardEpoch == 0 ? nil : Int64(row.fastForwardEpoch))
        return decideRefresh(
            of: UInt32(token), madeUnder: 1, family: family, caller: caller,
            circumstances: RefreshCircumstances(
                now: Self.instant(now), window: .standard, epoch: Int64(state.epoch), standing: .active,
                monotonicSinceRotation: state.monotonic < 0 ? nil : Int64(state.monotonic) * 1000))
    }

    private static func instant(_ seconds: Int16) -> Milliseconds { Milliseconds(Int64(seconds) * 1000) }
}
