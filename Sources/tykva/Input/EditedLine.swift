/// A line that is typed byte by byte, with the three keys that people use to correct what they do not see.
struct EditedLine {
    enum Step {
        case more
        case done(String)
        case givenUp
    }

    private let maximumBytes: Int
    private var bytes: [UInt8] = []

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    mutating func take(_ byte: UInt8) throws -> Step {
        switch byte {
        case 0x0A, 0x0D:
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CommandFailure("the password is not UTF-8 text")
            }
            return .done(text)
        case 0x03, 0x04: return .givenUp
        case 0x15: bytes.removeAll()
        case 0x08, 0x7F:
            while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
        default:
            guard bytes.count < maximumBytes else { throw CommandFailure("the password is too long") }
            bytes.append(byte)
        }
        return .more
    }
}
