/// Reads users of our own form, one a line; empty lines are passed over.
struct JSONLinesReader {
    func next(_ input: inout ImportInput) throws -> ImportEntry? {
        while true {
            let number = input.line
            guard let line = try input.nextLine(maximumBytes: UserRecord.maximumBytes) else { return nil }
            guard !line.isTooLong else {
                let refusal = ImportRefusal.value("line", "it is longer than \(UserRecord.maximumBytes) bytes")
                return ImportEntry(line: number, bytes: 0, user: .failure(refusal))
            }
            guard line.bytes.contains(where: { !" \t\r".utf8.contains($0) }) else { continue }
            let user = Result { () throws(ImportRefusal) in try UserRecord.read(line.bytes) }
            return ImportEntry(line: number, bytes: line.bytes.count, user: user)
        }
    }
}
