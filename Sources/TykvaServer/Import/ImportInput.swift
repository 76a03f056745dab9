/// The bytes of an import, of any length: what it holds of them is one piece.
package struct ImportInput {
    /// How much of the beginning is looked at to recognise the form.
    static let headBytes = 65_536

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let read: () throws -> [UInt8]
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    /// How many bytes were taken.
    package private(set) var count = 0
    /// The line of the next byte, from 1.
    package private(set) var line = 1

    /// - Parameter read: The next piece; empty at the end.
    package init(_ read: @escaping () throws -> [UInt8]) {
        self.read = read
    }

    /// Takes the next byte; nil at the end.
    mutating func next() throws -> UInt8? {
        guard try fill() else { return nil }
        let byte = buffer[position]
        position += 1
        count += 1
        if byte == UInt8(ascii: "\n") { line += 1 }
        return byte
    }

    /// Takes a line without its end; nil at the end of the input. Of a longer one than allowed nothing is kept.
    mutating func nextLine(maximumBytes: Int) throws -> (bytes: [UInt8], isTooLong: Bool)? {
        guard try fill() else { return nil }
        var bytes: [UInt8] = []
        var isTooLong = false
        while try fill() {
            let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n"))
            let piece = buffer[position..<(end ?? buffer.count)]
            if bytes.count + piece.count > maximumBytes { isTooLong = true }
            if isTooLong { bytes = [] } else { bytes += piece }
            count += piece.count + (end == nil ? 0 : 1)
            position = end.map { $0 + 1 } ?? buffer.count
            if end != nil { break }
        }
        line += 1
        return (bytes, isTooLong)
    }

    /// Looks at the beginning without taking it, until `isEnough` or its bound; steps over a byte order mark.
    mutating func head(until isEnough: (ArraySlice<UInt8>) -> Bool) throws -> ArraySlice<UInt8> {
        while !isAtEnd, buffer.count < Self.byteOrderMark.count { try readOn() }
        if buffer.starts(with: Self.byteOrderMark) { position = Self.byteOrderMark.count }
        while !isAtEnd, buffer.count < Self.headBytes, !isEnough(buffer[position...]) { try readOn() }
        return buffer[position...]
    }

    private mutating func readOn() throws {
        let piece = try read()
        isAtEnd = piece.isEmpty
        buffer += piece
    }

    /// Whether there is a next byte.
    private mutating func fill() throws -> Bool {
        while position == buffer.count, !isAtEnd {
            buffer = try read()
            position = 0
            isAtEnd = buffer.isEmpty
        }
        return position < buffer.count
    }
}
