import Dispatch
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(15))) struct PostgresNamesTests {
    private static let soon = Duration.seconds(600)

    @Test func `a name server that does not answer takes no longer than the deadline`() {
        // It answers when nobody waits for it any more.
        let held = DispatchSemaphore(value: 0)
        defer { held.signal() }
        let error = #expect(throws: StorageError.self) {
            try PostgresNames.resolved(Self.url("db.example.com"), before: .now + .milliseconds(200)) { _ in
                held.wait()
                return .success(["192.0.2.1"])
            }
        }
        #expect(error?.description.contains("no answer in time") == true)
    }

    @Test(arguments: ["%2Frun%2Fpostgresql", "@abstract", "127.0.0.1", "[::1]", "[fe80::1%25eth0]"])
    func `what is no name is not looked up`(_ host: String) throws {
        let url = try Self.url(host)
        let found = try PostgresNames.resolved(url, before: .now + Self.soon) { _ in
            Issue.record("it was")
            return .success([])
        }
        #expect(found == [url])
    }

    @Test func `every address of a name is a place of its own, and an address that was given stands`() throws {
        let found = try PostgresNames.resolved(Self.url("one"), before: .now + Self.soon, by: Self.book)
        #expect(found.map(\.address) == ["192.0.2.1", "2001:db8::1"])
        #expect(found.allSatisfy { $0.parameters["host"] == "one" && $0.parameters["port"] == "7" })
        #expect(found.map(\.description) == ["one:7/d (192.0.2.1)", "one:7/d (2001:db8::1)"])
        let given = try Self.url("one", "?hostaddr=192.0.2.7")
        #expect(try PostgresNames.resolved(given, before: .now + Self.soon, by: Self.book) == [given])
    }

    @Test func `a name that nobody knows is told`() {
        let error = #expect(throws: StorageError.self) {
            try PostgresNames.resolved(Self.url("gone"), before: .now + Self.soon, by: Self.book)
        }
        #expect(error?.description.contains("\"gone\"") == true && error?.description.contains("unknown") == true)
    }

    @Test func `the system knows this machine`() throws {
        let found = try PostgresNames.resolved(Self.url("localhost"), before: .now + Self.soon).map(\.address)
        #expect(found.contains("127.0.0.1") || found.contains("::1"))
    }

    private static func url(_ host: String, _ query: String = "") throws -> PostgresURL {
        try PostgresURL("postgres://u@\(host):7/d\(query)")
    }

    private static func book(_ name: String) -> Result<[String], PostgresNames.Refusal> {
        switch name {
        case "one": .success(["192.0.2.1", "2001:db8::1"])
        default: .failure(PostgresNames.Refusal(reason: "unknown"))
        }
    }
}
