/// Waits until a condition holds, however long that takes: the suite's time limit ends what never comes.
func eventually(_ condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(1)) }
}
