import Secrets
import StrictFormats
import TykvaServer

/// The answer of an import: who was refused and why, as it comes, and the numbers at the end. In JSON it is one object.
struct ImportReport {
    private let isJSON: Bool
    private let isCheck: Bool
    private var refusals = 0

    init(_ options: CommonOptions, isCheck: Bool) {
        isJSON = options.isJSON
        self.isCheck = isCheck
    }

    func begin() throws {
        if isJSON { try Console.write(#"{"refusals":["#) }
    }

    mutating func refused(line: Int, _ refusal: ImportRefusal) throws {
        if isJSON {
            let object = JSONObject([("line", .integer(Int64(line))), ("reason", .string("\(refusal)"))])
            try Console.write(
                (refusals == 0 ? "" : ",\n") + TerminalText.escapedJSON(JSONValue.object(object).encodedString))
        } else {
            try Console.print(TerminalText.escaped("line \(line): \(refusal)"))
        }
        refusals += 1
    }

    /// - Throws: `FoundSomething` when somebody was refused; a failure when there was nobody at all.
    func end(_ run: ImportRun, from name: String) throws {
        if isJSON {
            try Console.print("]," + TerminalText.escapedJSON(members(run).encodedString).dropFirst())
        } else if run.tally.seen > 0 {
            for sentence in sentences(run) { try Console.print(TerminalText.escaped(sentence)) }
        }
        guard run.tally.seen > 0 else { throw CommandFailure(nobody(run, name)) }
        if run.tally.refused > 0 { throw FoundSomething() }
    }

    private func nobody(_ run: ImportRun, _ name: String) -> String {
        switch run.format {
        case .jsonl: "there are no users in \(name)"
        case .keycloak: "there are no users in \(name): export the realm with its users (--users realm_file)"
        }
    }

    private func sentences(_ run: ImportRun) -> [String] {
        let tally = run.tally
        var sentences: [String] = []
        let verb = isCheck ? "would add" : "added"
        let nothing = tally.added == 0 && !isCheck ? "; nothing was changed" : ""
        sentences.append(
            "\(verb) \(Self.users(tally.added)), \(isCheck ? "would refuse" : "refused") \(tally.refused)\(nothing)")
        let hashes = tally.hashes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key.rawValue)" }
        if !hashes.isEmpty { sentences.append("passwords: \(hashes.joined(separator: ", "))") }
        if tally.withoutPassword > 0 { sentences.append("without a password: \(tally.withoutPassword)") }
        if tally.unverifiable > 0 {
            sentences.append("refused because their password could not be verified: \(tally.unverifiable)")
        }
        for (kind, count) in tally.omissions.sorted(by: { $0.key < $1.key }) {
            let names = (tally.omittedNames[kind] ?? []).sorted().joined(separator: ", ")
            sentences.append(
                "not taken over: \(kind.words) of \(Self.users(count))" + (names.isEmpty ? "" : " (such as \(names))"))
        }
        if run.federatedUsers > 0 {
            sentences.append("not taken over: \(Self.users(run.federatedUsers)) of a user storage")
        }
        return sentences
    }

    private func members(_ run: ImportRun) -> JSONValue {
        let tally = run.tally
        let hashes = tally.hashes.sorted { $0.key < $1.key }.map {
            ($0.key.rawValue, JSONValue.integer(Int64($0.value)))
        }
        let omissions = tally.omissions.sorted { $0.key < $1.key }.map { kind, count in
            let names = (tally.omittedNames[kind] ?? []).sorted().map(JSONValue.string)
            let members: [(String, JSONValue)] = [("users", .integer(Int64(count))), ("names", .array(names))]
            return (kind.rawValue, JSONValue.object(JSONObject(members)))
        }
        return .object(
            JSONObject([
                ("format", .string(run.format.rawValue)), ("check", .bool(isCheck)),
                ("added", .integer(Int64(tally.added))), ("refused", .integer(Int64(tally.refused))),
                ("unverifiable", .integer(Int64(tally.unverifiable))), ("hashes", .object(JSONObject(hashes))),
                ("without_password", .integer(Int64(tally.withoutPassword))),
                ("not_taken_over", .object(JSONObject(omissions))),
                ("federated_users", .integer(Int64(run.federatedUsers))),
            ]))
    }

    private static func users(_ count: Int) -> String { count == 1 ? "1 user" : "\(count) users" }
}

extension KeycloakOmission.Kind {
    fileprivate var words: String {
        switch self {
        case .secondFactors: "second factors"
        case .requiredActions: "required actions"
        case .identityProviders: "links to identity providers"
        case .userFederation: "the user storage (LDAP or another) with the passwords"
        case .clientRoles: "client roles"
        case .consents: "consents"
        case .attributes: "attributes that nobody has defined"
        case .roles: "roles whose names are none here"
        case .groups: "groups whose names are none here"
        }
    }
}
