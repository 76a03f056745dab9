import ArgumentParser
import OAuth
import Storage
import StrictFormats

struct KeyListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the signing keys: their states, and what comes next.",
        discussion: """
            NEXT is when the key that signs is followed by its successor, and when a
            retiring one leaves the key set. TOKENS UNTIL is until when a token of the
            key may be alive somewhere.

            Example:
              tykva key list
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let keys = try await workplace.database.read { tx throws(StorageError) in try tx.run(.signingKeys) }
            let now = workplace.now
            let plan = KeyPlan(keys.map(\.planned), workplace.settings.keyTimes, at: now)
            var table = TextTable("KID", "ALGORITHM", "STATE", "SINCE", "NEXT", "TOKENS UNTIL")
            var json: [JSONValue] = []
            for key in keys {
                let state = key.life.state(at: now)
                let (since, next) = (key.life.since(at: now), Self.next(key, state, plan))
                let isRevoked = key.life.revokedAt != nil
                table.add(
                    key.id.text, key.algorithm.rawValue, isRevoked ? "revoked" : state.rawValue, since.text,
                    next.map { "\($0.what) \($0.at.text)" } ?? "",
                    state == .active ? "it signs" : key.life.tokensAliveUntil.map(\.text) ?? "")
                json.append(Self.json(key, state, since, next))
            }
            var list = AnswerList(common, empty: "no signing keys yet; the first start of `tykva serve` makes them")
            try list.print(json, table)
            try list.end()
        }
    }

    private static func next(
        _ key: SigningKeyRow, _ state: KeyState, _ plan: KeyPlan
    ) -> (what: String, at: Milliseconds)? {
        switch state {
        case .published: plan.rotationAt.map { ("signs", $0) }
        case .active: plan.rotationAt.map { ("retires", $0) }
        case .retiring: key.life.goneAt.map { ("goes", $0) }
        case .gone: nil
        }
    }

    private static func json(
        _ key: SigningKeyRow, _ state: KeyState, _ since: Milliseconds, _ next: (what: String, at: Milliseconds)?
    ) -> JSONValue {
        .object(
            JSONObject([
                ("kid", .string(key.id.text)), ("algorithm", .string(key.algorithm.rawValue)),
                ("state", .string(state.rawValue)), ("since", since.json),
                ("published_at", key.life.publishedAt.json), ("active_at", key.life.activeAt.json),
                ("retiring_at", key.life.retiringAt.json), ("gone_at", key.life.goneAt.json),
                ("revoked_at", key.life.revokedAt.json), ("next_change_at", next.map(\.at).json),
                ("tokens_alive_until", key.life.tokensAliveUntil.json),
            ]))
    }
}
