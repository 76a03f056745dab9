import Dispatch
import OAuth
import TestSupport
import Testing

@testable import TykvaServer

@Suite(.timeLimit(.minutes(15))) struct NameLookupTests {
    @Test func `many who ask for one name at once are all answered`() async throws {
        let names = NameLookup()
        let answers = try await withThrowingTaskGroup(of: [NetworkAddress].self) { group in
            for _ in 0..<(4 * Limits.nameLookups) { group.addTask { try await names.addresses(of: "localhost") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == 4 * Limits.nameLookups)
        #expect(answers.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isLoopback) })
    }

    @Test func `who waits no more is answered at once, and the others get the answer`() async throws {
        let names = NameLookup()
        let cancelled = Task { try await names.addresses(of: "localhost") }
        let other = Task { try await names.addresses(of: "localhost") }
        cancelled.cancel()
        #expect(try await !other.value.isEmpty)
        // It may have had its answer before it was cancelled.
        switch await cancelled.result {
        case .success(let addresses): #expect(!addresses.isEmpty)
        case .failure(let error): #expect(error is CancellationError)
        }
        #expect(try await !names.addresses(of: "localhost").isEmpty)
    }

    /// One more than there is room for: whichever comes last is refused while all the others wait.
    @Test(arguments: [
        (0...Limits.nameLookups).map { "host-\($0)" }, Array(repeating: "host", count: Limits.waitingForName + 1),
    ])
    func `so many names are looked up at once, and so many wait for one of them`(_ hosts: [String]) async throws {
        let (gate, here) = (DispatchSemaphore(value: 0), try #require(NetworkAddress("127.0.0.1")))
        let names = NameLookup { _ in
            gate.wait()
            return [here]
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for host in hosts {
                group.addTask {
                    do { return try await names.addresses(of: host) == [here] } catch is InvalidValue { return false }
                }
            }
            #expect(try await group.next() == false)
            for _ in Set(hosts) { gate.signal() }
            for try await isAnswered in group { #expect(isAnswered) }
        }
    }

    @Test func `a name that nobody has is refused, each time it is asked for`() async {
        let names = NameLookup()
        for _ in 0..<2 {
            await #expect(throws: InvalidValue.self) { try await names.addresses(of: "nobody.invalid") }
        }
    }
}
