package import OAuth
import StrictFormats

/// What the audit log says of a theft beyond who presented the token: how far behind it was, and who held the other.
package struct TheftDetail: Hashable, Sendable {
    package let theft: TheftClass
    package let ended: TheftReach
    package let presentedGeneration: UInt32
    package let currentGeneration: UInt32
    package let lastRotationAt: Milliseconds
    package let lastRotationBy: Holder

    package var json: String {
        JSONValue.object(
            JSONObject([
                ("class", .string(theft.rawValue)),
                ("ended", .string(ended.rawValue)),
                ("presented_generation", .integer(Int64(presentedGeneration))),
                ("current_generation", .integer(Int64(currentGeneration))),
                ("last_rotation_at", .integer(lastRotationAt.value)),
                ("last_rotation_address", .string(lastRotationBy.address.text)),
                ("last_rotation_agent", .string(lastRotationBy.agent.text)),
            ])
        ).encodedString
    }
}
