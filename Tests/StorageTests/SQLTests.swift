import Storage
import Testing

@Suite struct SQLTests {
    @Test func `values become ascending numbers and never text`() {
        let bytes: [UInt8] = [1]
        let sql: SQL = "UPDATE t SET a = \("x'; DROP TABLE t; --"), b = \(Int64(7)) WHERE c = \(bytes)"
        #expect(sql.text == "UPDATE t SET a = $1, b = $2 WHERE c = $3")
        #expect(sql.binds == [.text("x'; DROP TABLE t; --"), .integer(7), .bytes([1])])
    }

    @Test func `the same value twice has two numbers`() {
        let now: Int64 = 5
        let sql: SQL = "SELECT \(now), \(now)"
        #expect(sql.text == "SELECT $1, $2")
        #expect(sql.binds == [.integer(5), .integer(5)])
    }

    @Test func `fragments are numbered where they end up`() {
        var filter: SQL = "a = \("first")"
        filter = "\(filter) AND b = \("second")"
        let sql: SQL = "SELECT * FROM t WHERE c = \("before") AND (\(filter)) LIMIT \(10)"
        #expect(sql.text == "SELECT * FROM t WHERE c = $1 AND (a = $2 AND b = $3) LIMIT $4")
        #expect(sql.binds == [.text("before"), .text("first"), .text("second"), .integer(10)])
    }

    @Test func `an absent value keeps its type`() {
        let text: String? = nil
        let integer: Int64? = nil
        let bytes: [UInt8]? = nil
        let sql: SQL = "SELECT \(text), \(integer), \(bytes)"
        #expect(sql.binds == [.null(.text), .null(.integer), .null(.bytes)])
        #expect(sql.binds.map(\.type) == [.text, .integer, .bytes])
    }

    @Test func `a statement and its values show no value`() {
        let sql: SQL = "SELECT \("hunter2") = \([UInt8]("hunter2".utf8))"
        var dumped = ""
        dump(sql, to: &dumped)
        dump(sql.binds, to: &dumped)
        for shown in ["\(sql)", "\(sql.binds)", String(reflecting: sql), String(reflecting: sql.binds), dumped] {
            #expect(!shown.contains("hunter2"))
            #expect(!shown.contains("104"))
        }
    }
}
