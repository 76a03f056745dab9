import Foundation
import Testing

@testable import Storage

/// A name with several addresses, of which one is silent: connections to it are taken into a queue, and nobody looks.
@Suite(.serialized, .timeLimit(.minutes(15))) struct PostgresServersTests {
    @Test func `a silent address keeps nobody from the others of its name`() throws {
        let fake = try FakePostgres { _ in .usual }
        defer { fake.stop() }
        let silent = try FakePostgres.listen(lastByte: 2, port: fake.port).socket
        defer { close(silent) }
        let servers = try Self.servers(at: ["127.0.0.2", "127.0.0.1"], port: fake.port)
        #expect(try servers.connect().place.contains("127.0.0.1"))
        // The next one begins where the last one ended: else the silent one would have its share again.
        let start = ContinuousClock.now
        #expect(try servers.connect().place.contains("127.0.0.1"))
        #expect(.now - start < Self.options.connect / 2)
    }

    @Test func `where every address is silent all are told, in time`() throws {
        let (first, port) = try FakePostgres.listen(lastByte: 2)
        defer { close(first) }
        let second = try FakePostgres.listen(lastByte: 3, port: port).socket
        defer { close(second) }
        let servers = try Self.servers(at: ["127.0.0.2", "127.0.0.3"], port: port)
        let start = ContinuousClock.now
        let error = #expect(throws: StorageError.self) { _ = try servers.connect() }
        #expect(.now - start < Self.options.connect * 2)
        for address in ["127.0.0.2", "127.0.0.3"] { #expect(error?.description.contains(address) == true) }
    }

    private static var options: PostgresOptions {
        var options = PostgresOptions()
        options.connect = .seconds(3)
        return options
    }

    private static func servers(at addresses: [String], port: UInt16) throws -> PostgresServers {
        let url = try PostgresURL("postgres://tester@db.example.com:\(port)/test?sslmode=disable")
        return PostgresServers(url, options) { _ in .success(addresses) }
    }
}
