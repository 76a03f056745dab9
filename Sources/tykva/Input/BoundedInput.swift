import Foundation

/// What is read from standard input or a file named on the command line, bounded.
enum BoundedInput {
    /// One line, without its end.
    ///
    /// - Throws: When it is longer than the limit, not UTF-8, or there is none.
    static func line(_ what: String, maximumBytes: Int) throws -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = Foundation.read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandFailure("\(what) cannot be read: \(String(cString: strerror(errno)))")
            }
            if count == 0 && bytes.isEmpty { throw CommandFailure("\(what) is missing: standard input is empty") }
            if count == 0 || byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
            guard bytes.count <= maximumBytes else {
                throw CommandFailure("\(what) is longer than \(maximumBytes) bytes")
            }
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("\(what) is not UTF-8 text")
        }
        return text
    }

    /// All of a file, or of standard input when the path is `-`.
    static func bytes(_ path: String, _ what: String, maximumBytes: Int) throws -> [UInt8] {
        let name = path == "-" ? "standard input" : path
        func failure(_ why: String) -> CommandFailure { CommandFailure("\(what) in \(name) \(why)") }
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw failure("cannot be read: \(String(cString: strerror(errno)))") }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot be read: \(String(cString: strerror(errno)))") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= maximumBytes else { throw failure("is longer than \(maximumBytes) bytes") }
        }
    }

    /// A token in a file or standard input, without the white space around it.
    static func token(_ path: String) throws -> String {
        let bytes = try bytes(path, "the token", maximumBytes: 65_536)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("the token in \(path == "-" ? "standard input" : path) is not UTF-8 text")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty else {
            throw CommandFailure("there is no token in \(path == "-" ? "standard input" : path)")
        }
        return token
    }
}
