import OAuth
import Storage
import StrictFormats
import TykvaServer

/// Step 6.
struct ReplayView: Sendable {
    let heading: HeadingView
    let isOpen: Bool
    let outcome: Outcome?
    let curl: String?

    struct Outcome: Sendable {
        let isPumpkin: Bool
        let thief: ExchangeView
        let owner: ExchangeView
        let ownerToken: String
        let stillValid: String
        let audit: Audit?
    }

    struct Audit: Sendable {
        let theftClass: String
        let presentedGeneration: Int64
        let currentGeneration: Int64
        let ended: String
        let sessionEnd: String?
        let holders: [HolderRow]
        let event: String
        let session: String
    }

    struct HolderRow: Sendable {
        let who: String
        let when: String
        let address: String
        let agent: String

        init(_ who: String, _ holder: Holder, at: Milliseconds) {
            self.who = who
            when = TimeText.full(at)
            address = holder.address.text.isEmpty ? "unknown" : holder.address.text
            agent = holder.agent.text.isEmpty ? "none" : holder.agent.text
        }
    }

    init(_ walk: Walk, _ commands: Commands, at now: Milliseconds) {
        heading = HeadingView(.replay, in: walk)
        isOpen = heading.missing == nil && walk.replay == nil
        outcome = walk.replay.map { replay in
            Outcome(
                isPumpkin: replay.thief.isInvalidGrant && replay.owner.isInvalidGrant,
                thief: ExchangeView(replay.thief), owner: ExchangeView(replay.owner),
                ownerToken: "token(\(walk.refreshes.count))", stillValid: Self.stillValid(walk, at: now),
                audit: replay.audit.map(Self.audit))
        }
        curl = heading.missing == nil ? walk.signIn.map { commands.refresh($0.tokens.refresh) } : nil
    }

    /// Services ask nobody: what is out lives until its end, which is why it is near.
    private static func stillValid(_ walk: Walk, at now: Milliseconds) -> String {
        let newest = walk.refreshes.last.flatMap { ReadToken($0.tokens.access) }
        let left = newest?.secondsLeft(at: now) ?? 0
        return left > 0
            ? "Services check alone, so the newest access token still opens them for \(TimeText.seconds(left)): "
                + "that is why it lives so briefly."
            : "The last access token has expired too: nothing of this sign-in opens anything now."
    }

    private static func audit(_ theft: TheftRecord) -> Audit {
        let report = theft.report
        return Audit(
            theftClass: report.theft.rawValue, presentedGeneration: report.presentedGeneration,
            currentGeneration: report.currentGeneration, ended: report.ended.rawValue, sessionEnd: theft.sessionEnd,
            holders: [
                HolderRow("Presented the old token", report.presentedBy, at: report.presentedAt),
                HolderRow("Made the last refresh", report.refreshedBy, at: report.refreshedAt),
            ],
            event: theft.event.text, session: theft.session.text)
    }
}

extension Exchange {
    fileprivate var isInvalidGrant: Bool { status == 400 && object?["error"]?.stringValue == "invalid_grant" }
}
