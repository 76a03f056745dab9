import Foundation
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1))) struct PostgresNamesTests {
    private static let soon = Duration.seconds(20)

    @Test func `a name server that does not answer takes no longer than the deadline`() {
        let start = ContinuousClock.now
        let error = #expect(throws: StorageError.self) {
            try PostgresNames.resolved(["host": "db.example.com"], before: start + .milliseconds(200)) { _ in
                Thread.sleep(forTimeInterval: 3)
                return .success(["192.0.2.1"])
            }
        }
        #expect(.now - start < .seconds(2))
        #expect(error?.description.contains("no answer in time") == true)
    }

    @Test(arguments: ["/run/postgresql", "@abstract", "127.0.0.1", "::1", "", "fe80::1%eth0", "/a,10.0.0.1"])
    func `what is no name is not looked up`(_ host: String) throws {
        let given = ["host": host, "port": "5432"]
        let found = try PostgresNames.resolved(given, before: .now + Self.soon) { _ in
            Issue.record("it was")
            return .success([])
        }
        #expect(found == given)
    }

    @Test func `every address of every host is an entry, with the port of its host`() throws {
        let given = ["host": "one,192.0.2.9,gone,two", "port": "1,2,3,4", "dbname": "tykva"]
        let found = try PostgresNames.resolved(given, before: .now + Self.soon, by: Self.book)
        #expect(found["host"] == "one,one,192.0.2.9,two")
        #expect(found["hostaddr"] == "192.0.2.1,2001:db8::1,,192.0.2.2")
        #expect(found["port"] == "1,1,2,4")
        #expect(found["dbname"] == "tykva")
    }

    @Test func `one port is for all hosts, none for none, and an address that was given stands`() throws {
        let shared = try PostgresNames.resolved(
            ["host": "one,two", "port": "7"], before: .now + Self.soon, by: Self.book)
        #expect(shared["port"] == "7,7,7")
        let bare = try PostgresNames.resolved(["host": "two"], before: .now + Self.soon, by: Self.book)
        #expect(bare == ["host": "two", "hostaddr": "192.0.2.2"])
        let given = ["host": "one", "hostaddr": "192.0.2.7"]
        #expect(try PostgresNames.resolved(given, before: .now + Self.soon, by: Self.book) == given)
    }

    @Test func `a name that nobody knows is told`() {
        let error = #expect(throws: StorageError.self) {
            try PostgresNames.resolved(["host": "gone"], before: .now + Self.soon, by: Self.book)
        }
        #expect(error?.description.contains("\"gone\"") == true && error?.description.contains("unknown") == true)
    }

    @Test func `the system knows this machine`() throws {
        let found = try PostgresNames.resolved(["host": "localhost"], before: .now + Self.soon)
        let addresses = try #require(found["hostaddr"]).split(separator: ",")
        #expect(addresses.contains("127.0.0.1") || addresses.contains("::1"))
        #expect(found["host"]?.split(separator: ",").count == addresses.count)
    }

    private static func book(_ name: String) -> Result<[String], PostgresNames.Refusal> {
        switch name {
        case "one": .success(["192.0.2.1", "2001:db8::1"])
        case "two": .success(["192.0.2.2"])
        default: .failure(PostgresNames.Refusal(reason: "unknown"))
        }
    }
}
