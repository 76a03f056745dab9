import StrictFormats
import Testing

@Suite struct JSONWriterTests {
    @Test func `a value is written compactly and in order`() {
        let value: JSONValue = ["b": [1, .number(1.5), true, .null, [:], []], "a": "x"]
        #expect(value.encodedString == #"{"b":[1,1.5,true,null,{},[]],"a":"x"}"#)
    }

    @Test func `exactly what must be escaped is escaped`() {
        let value: JSONValue = "\u{0}\u{8}\t\n\u{c}\r\u{1f}\"\\/\u{7f}é\u{2028}😀"
        #expect(value.encodedString == "\"\\u0000\\b\\t\\n\\f\\r\\u001f\\\"\\\\/\u{7f}é\u{2028}😀\"")
    }

    @Test func `members are written without building a value`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("iss", "https://a")
        writer.member("exp", 12)
        writer.name("roles")
        writer.beginArray()
        writer.string("x")
        writer.string("y")
        writer.endArray()
        writer.name("open")
        writer.beginObject()
        writer.endObject()
        writer.member("v", value: [1])
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"iss":"https://a","exp":12,"roles":["x","y"],"open":{},"v":[1]}"#)
    }

    @Test(arguments: [0.1, -0.0, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1e15, 1e16, 123456789.125])
    func `a number is read back as it was`(number: Double) throws {
        let text = JSONValue.number(number).encoded()
        let value = try JSONValue(parsing: text, limits: .token)
        #expect(value.doubleValue == number)
        #expect(value.doubleValue?.sign == number.sign)
        #expect(value == .number(number))
    }

    @Test func `an object sets, replaces and removes members in place`() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["c"] = 3
        object["a"] = "x"
        object["b"] = nil
        object["d"] = nil
        #expect(object.names == ["a", "c"])
        #expect(String(decoding: object.encoded(), as: UTF8.self) == #"{"a":"x","c":3}"#)
        #expect(object != ["c": 3, "a": "x"])
        #expect(object == ["a": "x", "c": 3])
    }
}
