import Storage
import Testing

@Suite struct RowTests {
    let row = Row(
        columns: ["text", "integer", "bytes", "nothing", "odd"],
        values: [.text("a"), .integer(1), .bytes([2]), .null, .foreign("a floating-point number")])

    @Test func `each type is read by its own function`() throws {
        #expect(try row.text("text") == "a")
        #expect(try row.optionalText("text") == "a")
        #expect(try row.integer("integer") == 1)
        #expect(try row.optionalInteger("integer") == 1)
        #expect(try row.bytes("bytes") == [2])
        #expect(try row.optionalBytes("bytes") == [2])
    }

    @Test func `only the optional functions take a null`() throws {
        #expect(try row.optionalText("nothing") == nil)
        #expect(try row.optionalInteger("nothing") == nil)
        #expect(try row.optionalBytes("nothing") == nil)
        expectCorrupt { row throws(StorageError) in _ = try row.text("nothing") }
        expectCorrupt { row throws(StorageError) in _ = try row.integer("nothing") }
        expectCorrupt { row throws(StorageError) in _ = try row.bytes("nothing") }
    }

    @Test(arguments: ["text", "integer", "bytes", "odd"])
    func `a value of another type is corrupt`(column: String) {
        if column != "text" { expectCorrupt { row throws(StorageError) in _ = try row.text(column) } }
        if column != "integer" { expectCorrupt { row throws(StorageError) in _ = try row.integer(column) } }
        if column != "bytes" { expectCorrupt { row throws(StorageError) in _ = try row.optionalBytes(column) } }
    }

    @Test func `a missing column is corrupt`() {
        expectCorrupt { row throws(StorageError) in _ = try row.optionalText("Text") }
        expectCorrupt { row throws(StorageError) in _ = try row.integer("") }
    }

    @Test func `a row shows no value`() {
        let secret = Row(columns: ["secret"], values: [.text("hunter2")])
        var dumped = ""
        dump(secret, to: &dumped)
        #expect("\(secret)" == "(secret: text)")
        #expect(!dumped.contains("hunter2"))
    }

    private func expectCorrupt(_ read: (Row) throws(StorageError) -> Void) {
        do throws(StorageError) {
            try read(row)
            Issue.record("the value was read")
        } catch {
            guard case .corrupt(let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(reason.contains("column"))
        }
    }
}
