import Testing

@testable import Storage

@Suite struct CanonicalRowTests {
    @Test func `keys come back as they were`() throws {
        let keys: [[SQLValue]] = [
            [.text("")], [.text("Zoé \u{1F383}")], [.integer(.min)], [.integer(-1)], [.bytes([])], [.bytes([0, 255])],
            [.text("a"), .text("b")], [.integer(7), .bytes([1]), .text("x")],
        ]
        for key in keys { #expect(try CanonicalRow.decode(key: CanonicalRow.encode(key)) == key) }
    }

    @Test func `what is no key is refused`() {
        let good = CanonicalRow.encode([.text("abc")])
        for length in 1..<good.count {
            #expect(throws: StorageError.self) { try CanonicalRow.decode(key: Array(good.prefix(length))) }
        }
        for bad in [[9], [0], [1] + [UInt8](repeating: 255, count: 8), [1, 0, 0, 0, 0, 0, 0, 0, 1, 255]] {
            #expect(throws: StorageError.self) { try CanonicalRow.decode(key: bad) }
        }
    }

    @Test func `different rows have different bytes`() {
        let rows: [[SQLValue]] = [
            [.text("ab"), .text("c")], [.text("a"), .text("bc")], [.text("abc")], [.bytes(Array("abc".utf8))],
            [.null(.text), .text("abc")], [.text("abc"), .null(.text)], [.text(""), .text("abc")], [.integer(1)],
            [.integer(-1)], [.text("1")], [.text("é")], [.text("e\u{301}")],
        ]
        #expect(Set(rows.map(CanonicalRow.encode)).count == rows.count)
    }

    @Test func `a checksum depends on every row, and not on their order`() {
        let rows: [[SQLValue]] = (0..<100).map { [.integer($0), .text("row \($0)")] }
        func checksum(_ rows: [[SQLValue]]) -> TableChecksum {
            var checksum = TableChecksum()
            checksum.add(rows)
            return checksum
        }
        let whole = checksum(rows)
        #expect(whole == checksum(rows.reversed()))
        var inParts = checksum(Array(rows[50...]))
        inParts.add(Array(rows[..<50]))
        #expect(whole == inParts)
        #expect(whole != checksum(Array(rows.dropLast())))
        #expect(whole != checksum(rows.dropLast() + [rows[0]]))
        #expect(whole.text.count == 64)
        #expect(TableChecksum().text == String(repeating: "0", count: 64))
        #expect(whole.rows == 100)
    }

    @Test func `one row's checksum is its SHA-256`() {
        var checksum = TableChecksum()
        checksum.add([[]])
        #expect(checksum.text == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }
}
