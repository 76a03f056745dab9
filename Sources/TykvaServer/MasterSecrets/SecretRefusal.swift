package import OAuth
package import Storage

/// Why a master secret is not registered, activated or removed: one sentence each, and nothing was changed.
package enum SecretRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// It is not where this command reads the secrets.
    case notHere(UInt8)
    /// The deployment does not know it.
    case unknown(UInt8)
    /// The deployment has another one under this number.
    case different(UInt8)
    /// It is the deployment's under another number.
    case renumbered(UInt8, there: UInt8)
    /// Nodes that serve cannot read it.
    case nodesLack(UInt8, Set<ServingNode.Sighting>)
    /// Nodes that cannot read it have not been heard of lately, or tell of another time: a clock may have been changed.
    case nodesSilent(UInt8, Set<ServingNode.Sighting>)
    case active(UInt8)
    /// Something needs it still.
    case needed(UInt8, SecretNeeds)

    package var description: String {
        switch self {
        case .notHere(let number): "master secret \(number) is not here"
        case .unknown(let number): "this deployment knows no master secret \(number)"
        case .different(let number): "master secret \(number) of this deployment is another one"
        case .renumbered(let number, let there):
            "what is here as master secret \(number) is number \(there) of this deployment"
        case .nodesLack(let number, let nodes):
            "master secret \(number) cannot be read by \(Self.names(nodes))"
        case .nodesSilent(let number, let nodes):
            "master secret \(number) cannot be read by \(Self.names(nodes)), not heard of lately: ended, or a clock "
                + "was changed"
        case .active(let number): "master secret \(number) is the active one: activate another before"
        case .needed(let number, let needs): "master secret \(number) is still needed: \(needs)"
        }
    }

    private static func names(_ nodes: Set<ServingNode.Sighting>) -> String {
        nodes.map(\.name).sorted().joined(separator: ", ")
    }
}

/// What still needs a master secret.
package struct SecretNeeds: Sendable, Hashable, CustomStringConvertible {
    /// Sealed values by the column that they lie in.
    package var boxes: [String: Int] = [:]
    package var families = FamiliesOfSecret()
    /// Until when pages of before are accepted; nil when that is over, or it never was the active one.
    package var pagesUntil: Milliseconds?
    /// Nodes that make what is new under it.
    package var nodes: [String] = []

    package init() {}

    package var sealedValues: Int { boxes.values.reduce(0, +) }

    package var isNothing: Bool {
        sealedValues == 0 && families.count == 0 && pagesUntil == nil && nodes.isEmpty
    }

    package var description: String {
        var parts: [String] = []
        if sealedValues > 0 { parts.append("\(sealedValues) sealed \(sealedValues == 1 ? "value" : "values")") }
        if families.count > 0 {
            let sign = families.count == 1 ? "sign-in" : "sign-ins"
            let until = families.lastEnd.map { "until used again, or to \(Self.text($0)) at the latest" }
            parts.append("\(families.count) living \(sign) (\(until ?? "whose last call may be repeated"))")
        }
        if let pagesUntil { parts.append("pages that are open, until \(Self.text(pagesUntil))") }
        if !nodes.isEmpty { parts.append("\(nodes.joined(separator: ", ")), which has not noticed the change yet") }
        return parts.isEmpty ? "nothing" : parts.joined(separator: "; ")
    }

    /// RFC 3339 to the second.
    private static func text(_ instant: Milliseconds) -> String {
        Timestamp.text(instant.value).prefix(19) + "Z"
    }
}
