/// What the text of a number means.
enum JSONNumber {
    /// An integer when it is written as one and fits 64 bits, else the nearest `Double`; never an infinity.
    ///
    /// `-0` is the `Double` that it says: an integer has no negative zero.
    static func value(_ bytes: Span<UInt8>, _ range: Range<Int>, isInteger: Bool) throws(JSONError) -> JSONValue {
        if isInteger, let integer = integer(bytes, range) { return .integer(integer) }
        return .number(try double(bytes, range))
    }

    static func integer(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        var value: Int64 = 0
        for index in range.lowerBound + (isNegative ? 1 : 0)..<range.upperBound {
            let digit = Int64(bytes[index] &- UInt8(ascii: "0"))
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, overflows) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !overflow && !overflows else { return nil }
            value = next
        }
        return isNegative && value == 0 ? nil : value
    }

    static func double(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(JSONError) -> Double {
        let text = bytes.withUnsafeBufferPointer { String(decoding: $0[range], as: UTF8.self) }
        guard let value = Double(text), value.isFinite else {
            throw JSONError(.numberOutOfRange, at: range.lowerBound)
        }
        return value
    }
}
