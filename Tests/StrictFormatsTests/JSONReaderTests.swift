import StrictFormats
import Testing

@Suite struct JSONReaderTests {
    private static let limits = JSONLimits(bytes: 4096, depth: 8, members: 64)

    @Test(
        arguments: [
            ("null", JSONValue.null), ("true", true), ("false", false), (" \t\r\n1 \t\r\n", 1), ("0", 0), ("-1", -1),
            ("9223372036854775807", 9_223_372_036_854_775_807), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("-0", .number(-0.0)), ("1.0", .number(1)),
            ("1e2", .number(100)), ("1E+2", .number(100)), ("12.5e-1", .number(1.25)), ("1e-400", .number(0)),
            ("\"\"", ""), ("\"a\"", "a"),
            ("\"\u{7f}\"", "\u{7f}"), ("\"é€😀\"", "é€😀"), ("\"\\u0000\"", "\0"),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\u20AC\ud83d\uDE00""#, "é€😀"),
            (#""\uFFFF\uFEFF""#, "\u{FFFF}\u{FEFF}"), ("[]", []), ("[ ]", []), ("[1 , [2],{}]", [1, [2], [:]]),
            ("{}", [:]), ("{ }", [:]), (#"{"a":{"b":[null]},"":0}"#, ["a": ["b": [.null]], "": 0]),
        ] as [(String, JSONValue)])
    func `a valid text is read`(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text, limits: Self.limits) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "Null", "True", "TRUE", "undefined", "NaN", "Infinity", "-Infinity", "-", "+1", "01",
        "-01", "00", "1.", ".5", "-.5", "1.e1", "1e", "1e+", "1e1.5", "1ee1", "0x10", "1_000", "1,2", "1 2", "--1",
        "1e400", "-1e400", "１",
        "'a'", "\"", "\"a", "\"\\\"", "a", "\"\\a\"", "\"\\x41\"", "\"\\u\"", "\"\\u12\"", "\"\\u123\"", "\"\\u123g\"",
        "\"\\U0041\"", "\"\\u+123\"", "\"\\u 123\"", "\"a\nb\"", "\"a\tb\"", "\"\u{0}\"", "\"\u{1f}\"", "\"a\"b",
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1;2]", "[1}", "[1]]", "[]1", "[1],", "((", "[1:2]",
        "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\"}", "{\"a\",1}", "{a:1}",
        "{'a':1}", "{1:1}", "{null:1}", "{\"a\":1]", "{\"a\"::1}", "{\"a\":1;\"b\":2}", "{\"a\":1}}",
        "{\"a\":1 \"b\":2}",
        "/**/1", "1//", "#1", "\u{feff}1", "\u{a0}1", "\u{2028}1", "1\u{0}", "\u{c}1", "\u{b}1", "[1]\u{0}",
        "{\"a\":1}{\"b\":2}", "\\u0031", "[\"\\u00\",1]",
    ])
    func `an invalid text is refused`(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text, limits: Self.limits) }
        let wrapped = Array("{\"v\":\(text)}".utf8)
        if !["1,2"].contains(text) {
            #expect(throws: JSONError.self) { try JSONMembers(parsing: wrapped, limits: Self.limits) }
        }
    }

    @Test(arguments: [
        #""\ud800""#, #""\udc00""#, #""\udfff\ud800""#, #""\ud800\ud800""#, #""\ud800a""#, #""\ud800\n""#,
        #""\ud800\u0041""#, #""\ud83d""#, #"{"\ud800":1}"#,
    ])
    func `half a surrogate pair is refused`(text: String) throws {
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: text, limits: Self.limits) }
        #expect(error.reason == .loneSurrogate)
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0x81], [0xC2], [0xC2, 0x20], [0xC2, 0xC2], [0xE0, 0x80, 0x80],
            [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xE2, 0x82, 0x20], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF0, 0x9F, 0x28, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ] as [[UInt8]])
    func `a string that is not UTF-8 is refused`(bytes: [UInt8]) throws {
        let quoted = Array("\"".utf8) + bytes + Array("\"".utf8)
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: quoted, limits: Self.limits) }
        #expect(error.reason == .invalidUTF8)
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array(quoted.dropLast()), limits: Self.limits) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes, limits: Self.limits) }
    }

    @Test func `the first and last scalar of each length are read`() throws {
        for scalar: Unicode.Scalar in [
            " ", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}",
            "\u{10FFFF}",
        ] {
            let text = String(scalar)
            #expect(try JSONValue(parsing: "\"\(text)\"", limits: Self.limits) == .string(text))
        }
    }

    @Test(arguments: [
        #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"a":2}"#,
        #"{"\u0061":1,"\u0061":2}"#, #"{"":1,"":2}"#, #"[{"x":{"a":1,"a":2}}]"#,
    ])
    func `a member that stands twice is refused`(text: String) throws {
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: text, limits: Self.limits) }
        #expect(error.reason == .duplicateMember)
    }

    @Test(arguments: [3, 23, 24, 25, 26, 60])
    func `a member that stands twice is refused in an object of any size`(count: Int) throws {
        let names = (0..<count - 1).map { "\"n\($0)\":0" }
        for repeated in [0, count / 2, count - 2] {
            for spelling in ["n\(repeated)", "\\u006e\(repeated)"] {
                let text = "{\((names + ["\"\(spelling)\":0"]).joined(separator: ","))}"
                #expect(throws: JSONError.self) { try JSONValue(parsing: text, limits: Self.limits) }
                #expect(throws: JSONError.self) { try JSONMembers(parsing: Array(text.utf8), limits: Self.limits) }
            }
        }
        let distinct = "{\((names + ["\"other\":0"]).joined(separator: ","))}"
        #expect(try JSONValue(parsing: distinct, limits: Self.limits).objectValue?.count == count)
    }

    @Test func `names that only look the same are two members`() throws {
        let text = "{\"K\":1,\"\u{212A}\":2,\"k\":3,\"\u{e9}\":4,\"e\u{301}\":5}"
        let object = try #require(try JSONValue(parsing: text, limits: Self.limits).objectValue)
        #expect(object.count == 5)
        #expect(object["K"] == 1)
        #expect(object["\u{212A}"] == 2)
        #expect(object["e\u{301}"] == 5)
        #expect(JSONValue.string("K") != .string("\u{212A}"))
    }

    @Test func `depth, size and members are bounded`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(8), limits: Self.limits) }
        #expect(reason { try JSONValue(parsing: nested(9), limits: Self.limits) } == .tooDeep)
        #expect(reason { try JSONValue(parsing: nested(2000), limits: Self.limits) } == .tooDeep)
        let inner = Array("{\"a\":\(nested(7))}".utf8)
        #expect(throws: Never.self) { try JSONMembers(parsing: inner, limits: Self.limits) }
        let deeper = Array("{\"a\":\(nested(8))}".utf8)
        #expect(reason { try JSONMembers(parsing: deeper, limits: Self.limits) } == .tooDeep)

        let long = "\"\(String(repeating: "a", count: 4094))\""
        #expect(throws: Never.self) { try JSONValue(parsing: long, limits: Self.limits) }
        #expect(reason { try JSONValue(parsing: long + " ", limits: Self.limits) } == .tooLong)

        let full = "{\((0..<64).map { "\"\($0)\":0" }.joined(separator: ","))}"
        #expect(throws: Never.self) { try JSONValue(parsing: full, limits: Self.limits) }
        let over = full.dropLast() + ",\"x\":0}"
        #expect(reason { try JSONValue(parsing: over, limits: Self.limits) } == .tooManyMembers)
        #expect(reason { try JSONMembers(parsing: Array(over.utf8), limits: Self.limits) } == .tooManyMembers)
    }

    @Test func `an error tells the place and nothing of the text`() throws {
        let error = try #require(throws: JSONError.self) {
            try JSONValue(parsing: "{\"secret\":\"hunter2\",\"x\":tru}", limits: Self.limits)
        }
        #expect(error.offset == 27)
        #expect(!error.description.contains("hunter2"))
        #expect(error.description == "the JSON has a byte that may not stand there (at byte 27)")
    }

    private func reason(_ body: () throws -> some Any) -> JSONError.Reason? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? JSONError)?.reason
        }
    }
}
