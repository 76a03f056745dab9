import OAuth
import StrictFormats
import TykvaServer

extension Milliseconds {
    /// RFC 3339 in UTC, to the second.
    var text: String {
        guard Self.printable.contains(self) else { return "\(value) ms" }
        return String(Timestamp.text(value).prefix(19)) + "Z"
    }

    /// RFC 3339 in UTC, to the millisecond.
    var preciseText: String {
        guard Self.printable.contains(self) else { return "\(value) ms" }
        return Timestamp.text(value)
    }

    var json: JSONValue { .string(preciseText) }

    /// The years 0001 to 9999, which RFC 3339 can write.
    static let printable = Milliseconds(-62_135_596_800_000)...Milliseconds(253_402_300_799_999)
}

extension Milliseconds? {
    var json: JSONValue { map(\.json) ?? .null }
}

extension String? {
    var json: JSONValue { map(JSONValue.string) ?? .null }
}

extension [String] {
    var json: JSONValue { .array(map(JSONValue.string)) }
}
