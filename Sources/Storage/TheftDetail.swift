package import OAuth
import StrictFormats

/// What the audit log says of a theft beyond who presented the token: how far behind it was, and who held the other.
package struct TheftDetail: Hashable, Sendable {
    package let theft: TheftClass
    package let ended: TheftReach
    package let presentedGeneration: UInt32
    /// The master secret under which the presented token was made; nil in events of older versions.
    package let presentedKey: UInt8?
    package let currentGeneration: UInt32
    package let currentKey: UInt8?
    package let lastRotationAt: Milliseconds
    package let lastRotationBy: Holder

    package init(
        theft: TheftClass, ended: TheftReach, presentedGeneration: UInt32, presentedKey: UInt8?,
        currentGeneration: UInt32, currentKey: UInt8?, lastRotationAt: Milliseconds, lastRotationBy: Holder
    ) {
        self.theft = theft
        self.ended = ended
        self.presentedGeneration = presentedGeneration
        self.presentedKey = presentedKey
        self.currentGeneration = currentGeneration
        self.currentKey = currentKey
        self.lastRotationAt = lastRotationAt
        self.lastRotationBy = lastRotationBy
    }

    /// Reads the detail of an event; nil when it is none of a theft.
    package init?(json: String) {
        guard let object = try? JSONValue(parsing: json, limits: .token).objectValue,
            let theft = object["class"]?.stringValue.flatMap(TheftClass.init(rawValue:)),
            let ended = object["ended"]?.stringValue.flatMap(TheftReach.init(rawValue:)),
            let presented = object["presented_generation"]?.integerValue.flatMap(UInt32.init(exactly:)),
            let current = object["current_generation"]?.integerValue.flatMap(UInt32.init(exactly:)),
            let at = object["last_rotation_at"]?.integerValue
        else { return nil }
        self.init(
            theft: theft, ended: ended, presentedGeneration: presented,
            presentedKey: object["presented_key"]?.integerValue.flatMap(UInt8.init(exactly:)),
            currentGeneration: current,
            currentKey: object["current_key"]?.integerValue.flatMap(UInt8.init(exactly:)),
            lastRotationAt: Milliseconds(at),
            lastRotationBy: Holder(
                address: NetworkAddress(stored: object["last_rotation_address"]?.stringValue ?? ""),
                agent: UserAgent(object["last_rotation_agent"]?.stringValue ?? "")))
    }

    package var json: String {
        let keys = [("presented_key", presentedKey), ("current_key", currentKey)]
        return JSONValue.object(
            JSONObject(
                [
                    ("class", .string(theft.rawValue)),
                    ("ended", .string(ended.rawValue)),
                    ("presented_generation", .integer(Int64(presentedGeneration))),
                    ("current_generation", .integer(Int64(currentGeneration))),
                    ("last_rotation_at", .integer(lastRotationAt.value)),
                    ("last_rotation_address", .string(lastRotationBy.address.text)),
                    ("last_rotation_agent", .string(lastRotationBy.agent.text)),
                ] + keys.compactMap { name, key in key.map { (name, .integer(Int64($0))) } })
        ).encodedString
    }
}
