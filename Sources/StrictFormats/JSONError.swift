/// Why a text is not the JSON that was asked for, and where.
///
/// It says nothing of what stood in the text, so it may be logged.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: String, Hashable, Sendable {
        case tooLong = "is longer than allowed"
        case tooDeep = "is nested deeper than allowed"
        case tooManyMembers = "has more members in an object than allowed"
        case ended = "ends too early"
        case unexpectedByte = "has a byte that may not stand there"
        case trailingBytes = "goes on after the value"
        case controlCharacter = "has an unescaped control character in a string"
        case invalidEscape = "has an invalid escape in a string"
        case loneSurrogate = "has half a surrogate pair in a string"
        case invalidUTF8 = "is not UTF-8"
        case duplicateMember = "has a member twice"
        case numberOutOfRange = "has a number that is out of range"
        case notAnObject = "is not an object"
    }

    package let reason: Reason

    /// The byte at which it was noticed, counted from zero.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String {
        "the JSON \(reason.rawValue) (at byte \(offset))"
    }
}
