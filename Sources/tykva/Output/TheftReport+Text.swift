import OAuth
import StrictFormats
import TykvaServer

extension TheftReport {
    /// Both holders in a sentence.
    var sentence: String {
        "THEFT (\(theft.rawValue)): token \(presentedGeneration)\(secret(presentedKey)) was presented at "
            + "\(presentedAt.text) by \(presentedBy.text), while token "
            + "\(currentGeneration)\(secret(currentKey)) was current, made at \(refreshedAt.text) for "
            + "\(refreshedBy.text); it ended the \(ended.word)"
    }

    var json: JSONValue {
        .object(
            JSONObject([
                ("class", .string(theft.rawValue)), ("ended", .string(ended.rawValue)),
                ("client", (client?.text).json),
                ("presented", holder(presentedBy, presentedAt, generation: presentedGeneration, key: presentedKey)),
                ("current", holder(refreshedBy, refreshedAt, generation: currentGeneration, key: currentKey)),
            ]))
    }

    /// Under which master secret a token was made, where the two differ.
    private func secret(_ key: UInt8?) -> String {
        guard presentedKey != currentKey, let key else { return "" }
        return " of master secret \(key)"
    }

    private func holder(_ holder: Holder, _ at: Milliseconds, generation: Int64, key: UInt8?) -> JSONValue {
        .object(
            JSONObject([
                ("at", at.json), ("address", .string(holder.address.text)), ("agent", .string(holder.agent.text)),
                ("generation", .integer(generation)), ("master_secret", key.map { .integer(Int64($0)) } ?? .null),
            ]))
    }
}

extension TheftReach {
    fileprivate var word: String {
        switch self {
        case .family: "sign-in in this application"
        case .session: "whole session"
        case .user: "sessions of the user, all of them"
        }
    }
}

extension Holder {
    /// Address and agent, as far as they are known.
    var text: String {
        let place = address.text.isEmpty ? "an unknown address" : address.text
        return agent.text.isEmpty ? "\(place) (no agent)" : "\(place) (\(agent.text))"
    }
}
