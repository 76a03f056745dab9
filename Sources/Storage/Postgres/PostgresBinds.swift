import CPostgres

/// The values of a statement in libpq's form: binary, with their types, all bytes in one buffer.
enum PostgresBinds {
    /// What `PQsendQueryPrepared` and `PQsendQueryParams` take.
    struct Arrays {
        let count: Int32
        let types: UnsafePointer<Oid>?
        let values: UnsafePointer<UnsafePointer<CChar>?>?
        let lengths: UnsafePointer<Int32>?
        let formats: UnsafePointer<Int32>?
    }

    static func type(_ type: SQLType) -> Oid {
        switch type {
        case .bytes: 17
        case .integer: 20
        case .text: 25
        }
    }

    /// - Throws: `invalidStatement` for a text with U+0000, which PostgreSQL cannot store.
    static func with<Outcome>(
        _ values: [SQLValue], _ body: (Arrays) -> Outcome
    ) throws(StorageError) -> Outcome {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        ends.reserveCapacity(values.count)
        for value in values {
            switch value {
            case .text(let text):
                let start = bytes.count
                bytes.append(contentsOf: text.utf8)
                guard !bytes[start...].contains(0) else {
                    throw .invalidStatement(reason: "a bound text contains U+0000")
                }
            case .integer(let integer): withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
            case .bytes(let octets): bytes.append(contentsOf: octets)
            case .null: break
            }
            ends.append(bytes.count)
        }
        guard bytes.count < Int(Int32.max), values.count <= Int(UInt16.max) else {
            throw .invalidStatement(reason: "its values are too long")
        }
        // An empty value needs an address too.
        bytes.append(0)
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { run(values, $0.baseAddress, ends, body) }
        }
    }

    private static func run<Outcome>(
        _ values: [SQLValue], _ base: UnsafePointer<CChar>?, _ ends: [Int], _ body: (Arrays) -> Outcome
    ) -> Outcome {
        var start = 0
        var pointers: [UnsafePointer<CChar>?] = []
        var lengths: [Int32] = []
        for (value, end) in zip(values, ends) {
            if case .null = value { pointers.append(nil) } else { pointers.append(base.map { $0 + start }) }
            lengths.append(Int32(end - start))
            start = end
        }
        let types = values.map { type($0.type) }
        let formats = [Int32](repeating: 1, count: values.count)
        return types.withUnsafeBufferPointer { types in
            pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(
                            Arrays(
                                count: Int32(values.count), types: types.baseAddress, values: pointers.baseAddress,
                                lengths: lengths.baseAddress, formats: formats.baseAddress))
                    }
                }
            }
        }
    }
}
