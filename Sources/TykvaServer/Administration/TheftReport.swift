package import OAuth
package import Storage
import StrictFormats

/// A theft as the audit log tells it: its class, what it ended, and both who held the token.
package struct TheftReport: Hashable, Sendable {
    package let theft: TheftClass
    package let ended: TheftReach
    package let client: ClientID?
    package let family: FamilyKey?
    /// Who presented the older token, and when.
    package let presentedAt: Milliseconds
    package let presentedBy: Holder
    package let presentedGeneration: Int64
    /// Who had made the last refresh before that, and when.
    package let refreshedAt: Milliseconds
    package let refreshedBy: Holder
    package let currentGeneration: Int64

    /// Nil for an event of another type, or one whose detail cannot be read.
    package init?(_ event: Event) {
        guard event.type == .refreshTheft,
            let detail = try? JSONValue(parsing: event.detail, limits: .attribute).objectValue,
            let theft = detail["class"]?.stringValue.flatMap(TheftClass.init(rawValue:)),
            let ended = detail["ended"]?.stringValue.flatMap(TheftReach.init(rawValue:)),
            let presented = detail["presented_generation"]?.integerValue,
            let current = detail["current_generation"]?.integerValue,
            let refreshedAt = detail["last_rotation_at"]?.integerValue,
            let address = detail["last_rotation_address"]?.stringValue,
            let agent = detail["last_rotation_agent"]?.stringValue
        else { return nil }
        self.theft = theft
        self.ended = ended
        client = event.client
        family = event.family
        presentedAt = event.at
        presentedBy = event.holder
        presentedGeneration = presented
        self.refreshedAt = Milliseconds(refreshedAt)
        refreshedBy = Holder(address: NetworkAddress(stored: address), agent: UserAgent(agent))
        currentGeneration = current
    }
}
