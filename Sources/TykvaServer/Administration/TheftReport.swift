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
    /// The number of the master secret that it was made under; nil in events of older versions.
    package let presentedKey: UInt8?
    /// Who had made the last refresh before that, and when.
    package let refreshedAt: Milliseconds
    package let refreshedBy: Holder
    package let currentGeneration: Int64
    package let currentKey: UInt8?

    /// Nil for an event of another type, or one whose detail cannot be read.
    package init?(_ event: Event) {
        guard event.type == .refreshTheft, let detail = TheftDetail(json: event.detail) else { return nil }
        theft = detail.theft
        ended = detail.ended
        client = event.client
        family = event.family
        presentedAt = event.at
        presentedBy = event.holder
        presentedGeneration = Int64(detail.presentedGeneration)
        presentedKey = detail.presentedKey
        refreshedAt = detail.lastRotationAt
        refreshedBy = detail.lastRotationBy
        currentGeneration = Int64(detail.currentGeneration)
        currentKey = detail.currentKey
    }
}
