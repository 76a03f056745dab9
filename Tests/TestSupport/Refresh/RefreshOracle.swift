package import OAuth

/// The table of docs/refresh.md, written down a second time from its words alone, for the tests to compare with.
///
/// It keeps a family of its own, judges with plain integers, and shares no code with `decideRefresh`.
package struct RefreshOracle: Sendable {
    package var family: Family

    package struct Family: Hashable, Sendable {
        package var client: ClientID
        package var boundKey: String?
        package var generation: Int64 = 0
        /// The key of the current token, and that of the one before where it is known.
        package var key: UInt8 = 1
        package var keyBefore: UInt8?
        package var rotatedAt: Int64
        package var rotatedBy: Holder
        package var idleExpiresAt: Int64
        package var expiresAt: Int64
        package var isEnded = false
        package var sessionIsEnded = false
        package var userIsDisabled = false
        package var fastForwardedIn: Int64?
    }

    /// The rows by their numbers.
    package enum Row: Int, Hashable, Sendable {
        case stranger = 3
        case over, rotation, retry, theft, fastForward
    }

    /// Active; replaced, later than the last rotation or not; or never active.
    package enum Secret: Hashable, Sendable, CaseIterable {
        case active, replaced(later: Bool), unused

        package static let allCases: [Secret] = [.active, .replaced(later: true), .replaced(later: false), .unused]
    }

    /// What surrounds one presentation.
    package struct Moment: Hashable, Sendable {
        package var now: Int64
        package var sameCallerWindow: Int64 = 60_000
        package var otherCallerWindow: Int64 = 10_000
        package var epoch: Int64 = 1
        package var activeKey: UInt8
        /// What is known of the secret of the token that is presented.
        package var secret = Secret.active
        /// Since the rotation, where the process remembers it.
        package var monotonic: Int64?
        package var idle: Int64

        package init(now: Int64, epoch: Int64 = 1, activeKey: UInt8, monotonic: Int64? = nil, idle: Int64) {
            self.now = now
            self.epoch = epoch
            self.activeKey = activeKey
            self.monotonic = monotonic
            self.idle = idle
        }
    }

    package init(
        client: ClientID, boundKey: String? = nil, by holder: Holder, at now: Int64, idleExpiresAt: Int64,
        expiresAt: Int64
    ) {
        family = Family(
            client: client, boundKey: boundKey, rotatedAt: now, rotatedBy: holder, idleExpiresAt: idleExpiresAt,
            expiresAt: expiresAt)
    }

    /// The first row of the table whose condition holds.
    package func row(of token: Int64, madeUnder key: UInt8, by caller: RefreshCaller, _ moment: Moment) -> Row {
        let isBehind = token < family.generation
        let isAhead = token > family.generation
        let table: [(Row, Bool)] = [
            (
                .stranger,
                caller.client != family.client || (family.boundKey.map { $0 != caller.dpopThumbprint } ?? false)
            ),
            (.over, family.isEnded || family.sessionIsEnded || family.userIsDisabled),
            (.over, moment.now >= family.expiresAt),
            (.over, isAhead && moment.secret == .unused),
            (.over, moment.now >= family.idleExpiresAt && !(isAhead && moment.secret == .active)),
            (.over, token == 4_294_967_295),
            (.theft, isForged(token, key)),
            (.rotation, !isBehind && !isAhead),
            (.retry, token == family.generation - 1 && isWithinWindow(caller, moment)),
            (.theft, isBehind),
            (.over, isAhead && key != family.key && moment.secret == .replaced(later: false)),
            (.theft, isAhead && family.fastForwardedIn == moment.epoch),
        ]
        return table.first { $0.1 }?.0 ?? .fastForward
    }

    /// Judges, and does to its own family what the row says.
    package mutating func present(
        _ token: Int64, madeUnder key: UInt8, by caller: RefreshCaller, _ moment: Moment
    ) -> Row {
        let row = row(of: token, madeUnder: key, by: caller, moment)
        switch row {
        case .stranger, .over, .retry: break
        case .rotation: advance(beyond: token, key, caller, moment)
        case .fastForward:
            advance(beyond: token, key, caller, moment)
            family.fastForwardedIn = moment.epoch
        case .theft:
            family.isEnded = true
            if !isLate(token, key) { family.sessionIsEnded = true }
        }
        return row
    }

    /// One behind may be a lost answer and ends the family; anything else ends the session.
    package func isLate(_ token: Int64, _ key: UInt8) -> Bool {
        token == family.generation - 1 && !isForged(token, key)
    }

    /// A token of another key than the family's was made under.
    private func isForged(_ token: Int64, _ key: UInt8) -> Bool {
        switch token - family.generation {
        case 0: key != family.key
        case -1: key != family.key && key != family.keyBefore && family.keyBefore != nil
        default: false
        }
    }

    package func isWithinWindow(_ caller: RefreshCaller, _ moment: Moment) -> Bool {
        let difference = moment.now - family.rotatedAt
        let isSame =
            caller.holder.address.network == family.rotatedBy.address.network
            && caller.holder.agent.text == family.rotatedBy.agent.text
        let window = isSame ? moment.sameCallerWindow : moment.otherCallerWindow
        if difference >= 0 { return difference <= window }
        if difference >= -2000 { return true }
        guard let monotonic = moment.monotonic else { return false }
        return monotonic <= window
    }

    private mutating func advance(
        beyond token: Int64, _ key: UInt8, _ caller: RefreshCaller, _ moment: Moment
    ) {
        family.generation = token + 1
        family.keyBefore = key
        family.key = moment.activeKey
        family.rotatedAt = moment.now
        family.rotatedBy = caller.holder
        family.idleExpiresAt = moment.now + moment.idle
    }
}
