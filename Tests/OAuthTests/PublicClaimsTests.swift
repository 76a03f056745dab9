import OAuth
import StrictFormats
import Testing

@Suite struct PublicClaimsTests {
    private func name(_ text: String) throws -> AttributeName { try #require(AttributeName(text)) }

    @Test func `claims come back from their stored form, whatever they hold`() throws {
        let claims = try PublicClaims([
            (name("name"), .string("Anna\n=\"\\ \u{2028} é 👩‍👩‍👧")),
            (name("roles"), .array([.string("a=b"), .string("c\nd")])),
            (name("https://x.example/a"), .object(JSONObject([("k=\n", .null), ("n", .number(1.5))]))),
            (name("empty"), .string("")),
        ])
        let back = PublicClaims(stored: claims.stored)
        #expect(back == claims)
        #expect(back.members.map(\.name) == ["name", "roles", "https://x.example/a", "empty"])
        #expect(back.members[3].json == "\"\"")
        #expect(!claims.members.contains { $0.json.contains("\n") })
    }

    @Test func `no claims are the empty text`() {
        #expect(PublicClaims.none.stored == "")
        #expect(PublicClaims(stored: "") == .none)
    }

    @Test(arguments: ["\n\n", "no sign", "\nno sign\n"])
    func `lines that are no claims are passed over`(_ stored: String) {
        #expect(PublicClaims(stored: stored) == .none)
    }

    @Test func `a policy lets through what it names`() throws {
        let claims = try PublicClaims([(name("a"), .integer(1)), (name("b"), .bool(true))])
        let policy = ClaimPolicy(stored: [try name("b"), try name("c")])
        #expect(claims.allowed(by: policy).map(\.json) == ["true"])
        #expect(claims.allowed(by: .nothing).isEmpty)
    }

    @Test func `2 KiB fit and one byte more does not`() throws {
        // A name, a value with its quotes, and 4 bytes for the member's own quotes, colon and comma.
        let room = ClaimLimit.standard.bytes - 1 - 2 - 4
        let longest = JSONValue.string(String(repeating: "x", count: room))
        #expect(try PublicClaims([(name("a"), longest)]).members.count == 1)
        #expect(throws: InvalidValue.self) {
            try PublicClaims([(name("a"), .string(String(repeating: "x", count: room + 1)))])
        }
        #expect(throws: InvalidValue.self) { try PublicClaims([(name("a"), longest), (name("b"), .null)]) }
    }

    @Test(arguments: [1024, 3584]) func `the limit can be set`(_ bytes: Int) throws {
        let limit = try ClaimLimit(bytes: bytes)
        let longest = JSONValue.string(String(repeating: "x", count: bytes - 7))
        #expect(try PublicClaims([(name("a"), longest)], limit: limit).members.count == 1)
        #expect(throws: InvalidValue.self) {
            try PublicClaims([(name("ab"), longest)], limit: limit)
        }
    }

    @Test(arguments: [Int.min, 0, 1023, 3585, .max]) func `a limit has limits`(_ bytes: Int) {
        #expect(throws: InvalidValue.self) { try ClaimLimit(bytes: bytes) }
    }
}
