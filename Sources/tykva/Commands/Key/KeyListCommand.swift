import ArgumentParser
import OAuth
import Storage
import StrictFormats

struct KeyListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the signing keys with their states.",
        discussion: """
            Example:
              tykva key list
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let keys = try await workplace.database.read { tx throws(StorageError) in try tx.run(.signingKeys) }
            var table = TextTable("KID", "ALGORITHM", "STATE", "SINCE")
            var json: [JSONValue] = []
            for key in keys {
                let state = key.life.state(at: workplace.now)
                let since = key.life.began(state)
                table.add(key.id.text, key.algorithm.rawValue, state.rawValue, since.text)
                json.append(
                    .object(
                        JSONObject([
                            ("kid", .string(key.id.text)), ("algorithm", .string(key.algorithm.rawValue)),
                            ("state", .string(state.rawValue)), ("since", since.json),
                        ])))
            }
            var list = AnswerList(common, empty: "no signing keys yet; the first start of `tykva serve` makes them")
            try list.print(json, table)
            try list.end()
        }
    }
}

extension KeyLife {
    /// When the key came into a state that it has reached.
    fileprivate func began(_ state: KeyState) -> Milliseconds {
        switch state {
        case .published: publishedAt
        case .active: activeAt ?? publishedAt
        case .retiring: retiringAt ?? publishedAt
        case .gone: goneAt ?? publishedAt
        }
    }
}
