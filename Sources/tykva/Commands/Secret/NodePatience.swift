import ArgumentParser
import OAuth
import Storage
import TykvaServer

/// How long a command waits for nodes that serve to notice something, and names them then.
struct NodePatience: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long to wait for nodes; 15 by default, and longer where one may have ended.", valueName: "seconds"))
    var wait = 15

    private static let pause = Duration.milliseconds(300)

    func validate() throws {
        guard (0...3600).contains(wait) else { throw ValidationError("--wait is 0 to 3600 seconds") }
    }

    /// Tries again while nodes lack a master secret: they read their files every few seconds.
    func whileNodesLack<Outcome>(
        _ workplace: Workplace, _ body: (Milliseconds, _ ended: Set<ServingNode.Sighting>) async throws -> Outcome
    ) async throws -> Outcome {
        var end = ContinuousClock.now + .seconds(wait)
        var silence = Silence()
        while true {
            let asked = ContinuousClock.now
            do {
                return try await body(try await workplace.currentTime(), silence.ended)
            } catch SecretRefusal.nodesLack(_, let nodes) where asked < end {
                silence.note(nodes)
            } catch SecretRefusal.nodesSilent(_, let nodes) where asked < max(end, silence.isClearAt) {
                silence.note(nodes)
                end = max(end, silence.isClearAt)
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// Since when this command has not heard of nodes: by its own clock, for those that they tell of may be wrong.
    private struct Silence {
        private var since: [ServingNode.Sighting: ContinuousClock.Instant] = [:]
        /// Who was noted more than once lives, and is waited for no longer than somebody wanted.
        private var first: [String: ContinuousClock.Instant] = [:]

        mutating func note(_ nodes: Set<ServingNode.Sighting>) {
            for node in nodes where since[node] == nil {
                since[node] = .now
                first[node.id] = first[node.id] ?? .now
            }
        }

        /// When it is clear of all of them; a while from now when there are none yet.
        var isClearAt: ContinuousClock.Instant {
            (first.values.max() ?? .now).advanced(by: ServingNode.patience + NodePatience.pause + NodePatience.pause)
        }

        /// Those that have told nothing new for so long.
        var ended: Set<ServingNode.Sighting> {
            Set(since.filter { .now - $0.value >= ServingNode.patience }.keys)
        }
    }

    /// Waits until every node that serves makes what is new under a number.
    ///
    /// - Returns: The names of those that do not yet.
    func untilNodesUse(_ number: UInt8, _ workplace: Workplace) async throws -> [String] {
        let administration = SecretAdministration(workplace.database)
        let end = ContinuousClock.now + .seconds(wait)
        while true {
            let nodes = try await administration.nodes(at: try await workplace.currentTime())
            let late = nodes.filter { $0.activeSecret != number }.map(\.name)
            if late.isEmpty || ContinuousClock.now >= end { return late }
            try await Task.sleep(for: Self.pause)
        }
    }
}
