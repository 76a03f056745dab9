#if os(Linux)
    import Foundation
    import Glibc
    import Synchronization

    /// Bytes that this process computes but never holds together, so that a search of its memory finds only copies.
    struct MemoryPattern {
        static let count = 32

        /// One search at a time: the buffer of one holds what another looks for.
        private static let turn = Mutex(())

        let seed: UInt64

        func byte(_ index: Int) -> UInt8 {
            var value = (seed &+ UInt64(index)) &* 0x9E37_79B9_7F4A_7C15
            value ^= value >> 29
            value = value &* 0xBF58_476D_1CE4_E5B9
            return UInt8(truncatingIfNeeded: value >> 56)
        }

        /// The addresses at which the whole pattern lies in this process's writable memory.
        func occurrences() throws -> [UInt] {
            try Self.turn.withLock { _ in try search() }
        }

        private func search() throws -> [UInt] {
            let memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
            guard memory >= 0 else { throw CocoaError(.fileReadNoPermission) }
            defer { close(memory) }
            var found: [UInt] = []
            for line in try Self.maps().split(separator: "\n") {
                let fields = line.split(separator: " ")
                let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
                guard fields[1].hasPrefix("rw"), ends.count == 2 else { continue }
                found += search(memory, from: ends[0], to: ends[1])
            }
            return found
        }

        /// Foundation takes the first short read of this file for its end.
        private static func maps() throws -> String {
            guard let file = fopen("/proc/self/maps", "re") else { throw CocoaError(.fileReadNoPermission) }
            defer { fclose(file) }
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { text += buffer[..<count] }
            return String(decoding: text, as: UTF8.self)
        }

        private func search(_ memory: Int32, from start: UInt, to end: UInt) -> [UInt] {
            let chunk = 1 << 20
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
            defer {
                // The buffer held the pattern if it was found: it is not to be found again.
                memset(buffer.baseAddress!, 0, chunk)
                buffer.deallocate()
            }
            let own = UInt(bitPattern: buffer.baseAddress)
            var found: [UInt] = []
            var position = start
            while position < end {
                let count = pread(memory, buffer.baseAddress, min(chunk, Int(end - position)), Int(position))
                guard count >= Self.count else { break }
                let first = byte(0)
                for offset in 0...(count - Self.count) where buffer[offset] == first {
                    let address = position + UInt(offset)
                    guard address < own || address >= own + UInt(chunk) else { continue }
                    if (1..<Self.count).allSatisfy({ buffer[offset + $0] == byte($0) }) { found.append(address) }
                }
                position += UInt(count == chunk ? count - Self.count + 1 : count)
            }
            return found
        }
    }
#endif
