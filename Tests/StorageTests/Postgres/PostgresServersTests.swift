import Foundation
import TestSupport
import Testing

@testable import Storage

/// A name with several addresses, of which one is silent: connections to it are taken into a queue, and nobody looks.
@Suite(.serialized, .timeLimit(.minutes(15))) struct PostgresServersTests {
    @Test func `a silent address keeps nobody from the others of its name`() async throws {
        let fake = try FakePostgres { _ in .usual }
        defer { fake.stop() }
        let silent = try FakePostgres.listen(lastByte: 2, port: fake.port).socket
        defer { close(silent) }
        let servers = try Self.servers(at: ["127.0.0.2", "127.0.0.1"], port: fake.port, within: .seconds(20))
        let places = try await onOwnThread { try [servers.connect().place, servers.connect().place] }
        #expect(places.allSatisfy { $0.contains("127.0.0.1") })
        // The next one begins where the last one ended: else the silent one would have its share again.
        #expect(Self.callers(of: silent) == 1)
    }

    /// How many have called somebody who has not looked so far.
    private static func callers(of listener: Int32) -> Int {
        _ = fcntl(listener, F_SETFL, O_NONBLOCK)
        var count = 0
        while true {
            let caller = accept(listener, nil, nil)
            guard caller >= 0 else { return count }
            close(caller)
            count += 1
        }
    }

    @Test func `where every address is silent all are told, in time`() async throws {
        let (first, port) = try FakePostgres.listen(lastByte: 2)
        defer { close(first) }
        let second = try FakePostgres.listen(lastByte: 3, port: port).socket
        defer { close(second) }
        let servers = try Self.servers(at: ["127.0.0.2", "127.0.0.3"], port: port, within: .seconds(3))
        let error = try await onOwnThread { Self.refusal(of: servers) }
        for address in ["127.0.0.2", "127.0.0.3"] { #expect(error?.description.contains(address) == true) }
    }

    private static func refusal(of servers: PostgresServers) -> StorageError? {
        do throws(StorageError) {
            _ = try servers.connect()
            return nil
        } catch {
            return error
        }
    }

    private static func servers(
        at addresses: [String], port: UInt16, within limit: Duration
    ) throws -> PostgresServers {
        var options = PostgresOptions()
        options.connect = limit
        let url = try PostgresURL("postgres://tester@db.example.com:\(port)/test?sslmode=disable")
        return PostgresServers(url, options) { _ in .success(addresses) }
    }
}
