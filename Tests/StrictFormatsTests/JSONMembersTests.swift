import StrictFormats
import Testing

@Suite struct JSONMembersTests {
    private func members(_ text: String) throws -> JSONMembers {
        try JSONMembers(parsing: Array(text.utf8), limits: .token)
    }

    @Test func `members are found by name and read by kind`() throws {
        let members = try members(
            #" { "iss" : "a" , "exp":12,"f":1.5,"t":true,"n":null,"l":["x",1],"#
                + #""strings":["x"],"none":[],"o":{"p":[{}]},"big":18446744073709551615}"#
        )
        #expect(members.names == ["iss", "exp", "f", "t", "n", "l", "strings", "none", "o", "big"])
        #expect(members.string("iss") == "a")
        #expect(members.string("iss", equals: "a"))
        #expect(!members.string("iss", equals: "b"))
        #expect(!members.string("iss", equals: "ab"))
        #expect(members.string("exp") == nil)
        #expect(members.integer("exp") == 12)
        #expect(members.integer("f") == nil)
        #expect(members.double("exp") == 12)
        #expect(members.double("f") == 1.5)
        #expect(members.double("big") == 0x1p64)
        #expect(members.double("iss") == nil)
        #expect(members.kind("t") == .bool)
        #expect(members.kind("l") == .array)
        #expect(members.kind("strings") == .stringArray)
        #expect(members.kind("none") == .stringArray)
        #expect(members.kind("n") == .null)
        #expect(members.kind("absent") == nil)
        #expect(members.value("l") == ["x", 1])
        #expect(members.value("o") == ["p": [[:]]])
        #expect(members.value("n") == .null)
        #expect(members.value("absent") == nil)
    }

    @Test func `escaped names and values mean what they say`() throws {
        let members = try members(#"{"\u0069ss":"\u0061b","sub\"":"\ud83d\ude00"}"#)
        #expect(members.string("iss") == "ab")
        #expect(members.string("iss", equals: "ab"))
        #expect(!members.string("iss", equals: "\\u0061b"))
        #expect(members.string("sub\"") == "😀")
        #expect(members.names == ["iss", "sub\""])
    }

    @Test func `values are compared as bytes`() throws {
        let members = try members("{\"iss\":\"https://\u{212A}\"}")
        #expect(members.string("iss") == "https://K")
        #expect(!members.string("iss", equals: "https://K"))
    }

    @Test(arguments: ["[]", "1", "\"a\"", "null", "true"])
    func `what is not an object is refused`(text: String) throws {
        let error = try #require(throws: JSONError.self) { try members(text) }
        #expect(error.reason == .notAnObject)
    }
}
