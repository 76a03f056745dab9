package import OAuth

/// What became of a refresh token that the blind rotation did not take.
package enum RefreshOutcome: Hashable, Sendable {
    /// Row 5: the family stands at the next generation.
    case rotated(LiveFamily)
    /// Row 8: the family stands beyond the presented token again.
    case fastForwarded(LiveFamily)
    /// Row 6: the current token once more.
    case retry(LiveFamily)
    /// Rows 2, 3, 4 and 7.
    case refused(Refusal)

    package struct Refusal: Hashable, Sendable {
        package let decision: RefreshDecision
        /// Whose the family is; nil where there is none.
        package let user: UserID?
        package let session: SessionID?
    }
}

/// What a decision about a refresh token needs beside the use itself.
package struct RefreshRules: Hashable, Sendable {
    package var window: RetryWindow
    package var thefts: TheftPolicy
    package var epoch: Int64
    package var monotonicSinceRotation: Int64?
    package var requestID: String

    package init(
        window: RetryWindow, thefts: TheftPolicy, epoch: Int64, monotonicSinceRotation: Int64? = nil, requestID: String
    ) {
        self.window = window
        self.thefts = thefts
        self.epoch = epoch
        self.monotonicSinceRotation = monotonicSinceRotation
        self.requestID = requestID
    }
}

extension Transaction {
    /// Reads a family, decides (rows 2 to 8 of docs/refresh.md) and applies the decision by compare-and-set.
    ///
    /// - Throws: `conflict` when somebody else wrote between the read and the write; the whole closure is then run
    ///   again.
    package func decide(_ use: RefreshUse, _ rules: RefreshRules) throws(StorageError) -> RefreshOutcome {
        let judged = try run(.judge(use.family))
        let circumstances = try circumstances(of: use, judged?.state, rules)
        let decision = decideRefresh(
            of: use.generation, madeUnder: use.key, family: judged?.state, caller: use.caller,
            circumstances: circumstances)
        switch decision {
        case .unknown, .stranger, .over:
            return .refused(.init(decision: decision, user: judged?.user, session: judged?.session))
        case .rotate:
            return .rotated(try written(run(.rotate(use))))
        case .fastForward:
            guard let judged else { throw .conflict(reason: "a family vanished within its transaction") }
            return .fastForwarded(
                try written(
                    run(.fastForward(use, from: judged.state.generation, epoch: circumstances.epoch))))
        case .retry:
            guard let judged else { throw .conflict(reason: "a family vanished within its transaction") }
            // Of the generation that was judged, or not at all: what somebody has made meanwhile is another caller's.
            return .retry(try written(run(.family(use.family, standingAt: judged.state.generation))))
        case .theft(let theft):
            guard let judged else { throw .conflict(reason: "a family vanished within its transaction") }
            try end(judged, by: theft, use, rules)
            return .refused(.init(decision: decision, user: judged.user, session: judged.session))
        }
    }

    /// What the decision looks at beside the family; some of it row 8 alone, which is rare.
    package func circumstances(
        of use: RefreshUse, _ state: FamilyState?, _ rules: RefreshRules
    ) throws(StorageError) -> RefreshCircumstances {
        var circumstances = RefreshCircumstances(
            now: use.now, window: rules.window, epoch: rules.epoch, standing: .active,
            monotonicSinceRotation: rules.monotonicSinceRotation)
        guard let state, use.generation > state.generation else { return circumstances }
        // Both counters only grow, so their sum is new whenever one of them is.
        circumstances.epoch += try timeline
        circumstances.standing = try run(.knownMasterSecrets).standing(of: use.key)
        return circumstances
    }

    /// Row 7: ends what the policy says, notes both holders and tells the applications, in this transaction.
    ///
    /// Lock order: session, families.
    private func end(
        _ judged: JudgedFamily, by theft: TheftClass, _ use: RefreshUse, _ rules: RefreshRules
    ) throws(StorageError) {
        let reason = EndReason(theft)
        let reach = rules.thefts.reach(theft)
        let event = theftEvent(judged, theft, reach, use, rules)
        switch reach {
        case .family: break
        case .session:
            _ = try run(.endSession(judged.session, reason, at: use.now))
            try noteBackchannelLogouts(ofSession: judged.session, because: event.id, at: use.now)
        case .user:
            _ = try run(.endSessions(ofUser: judged.user, reason, at: use.now))
            try noteBackchannelLogouts(ofUser: judged.user, because: event.id, at: use.now)
        }
        guard try run(.endFamily(use.family, seenAt: judged.state.generation, reason, at: use.now)) else {
            throw .conflict(reason: "a family changed under a decision")
        }
        switch reach {
        case .family: break
        case .session: try run(.endFamilies(ofSession: judged.session, reason, at: use.now))
        case .user: try run(.endFamilies(ofUser: judged.user, reason, at: use.now))
        }
        try recordAndTell(event, .theft, to: judged.user)
    }

    private func theftEvent(
        _ judged: JudgedFamily, _ theft: TheftClass, _ reach: TheftReach, _ use: RefreshUse, _ rules: RefreshRules
    ) -> Event {
        let detail = TheftDetail(
            theft: theft, ended: reach, presentedGeneration: use.generation,
            presentedKey: use.key, currentGeneration: judged.state.generation,
            currentKey: judged.state.tokenKey, lastRotationAt: judged.state.rotatedAt,
            lastRotationBy: judged.state.rotatedBy)
        return Event(
            at: use.now, type: .refreshTheft, user: judged.user, client: use.caller.client, session: judged.session,
            family: use.family, holder: use.caller.holder, requestID: rules.requestID, detail: detail.json)
    }

    private func written<Value>(_ value: Value?) throws(StorageError) -> Value {
        guard let value else { throw .conflict(reason: "a family changed under a decision") }
        return value
    }
}
