/// Waits until a condition holds, however long that takes: the suite's time limit ends what never comes.
package func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(10)) }
}
