import OAuth
import Testing

@Suite struct ClaimPolicyTests {
    private let definitions: [AttributeDefinition]

    init() throws {
        func define(_ name: String, _ class: AttributeClass) throws -> AttributeDefinition {
            AttributeDefinition(
                name: try #require(AttributeName(name)), class: `class`, type: .string, isBuiltIn: false)
        }
        definitions =
            try [define("name", .public), define("email", .personal), define("salary", .secret)]
            + (0..<40).map { try define("p\($0)", .public) }
    }

    @Test func `public attributes are taken, each once, in order`() throws {
        let policy = try ClaimPolicy(["p1", "name", "p1"], definitions: definitions)
        #expect(policy.attributes.map(\.text) == ["p1", "name"])
        #expect(policy.allows("name"))
        #expect(!policy.allows("email"))
        #expect(!policy.allows("Name"))
        #expect(!ClaimPolicy.nothing.allows("name"))
    }

    @Test(arguments: ["email", "salary", "unknown", "", "NAME"])
    func `what is not public is refused when the policy is written`(_ name: String) {
        #expect(throws: InvalidValue.self) { try ClaimPolicy(["name", name], definitions: definitions) }
    }

    @Test func `the refusal says which claim and why`() {
        do throws(InvalidValue) {
            _ = try ClaimPolicy(["email"], definitions: definitions)
            Issue.record("it was taken")
        } catch {
            #expect(error.what == "claim email")
            #expect(error.reason.contains("personal"))
        }
    }

    @Test func `32 claims fit and 33 do not`() throws {
        let names = (0..<33).map { "p\($0)" }
        #expect(try ClaimPolicy(Array(names.prefix(32)), definitions: definitions).attributes.count == 32)
        #expect(throws: InvalidValue.self) { try ClaimPolicy(names, definitions: definitions) }
    }
}
