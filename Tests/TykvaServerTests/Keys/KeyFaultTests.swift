import OAuth
import Storage
import TestSupport
import Testing

@testable import TykvaServer

/// Storage that fails in the middle of each step of a key's life, and answers that are lost.
@Suite(.timeLimit(.minutes(15))) struct KeyFaultTests {
    /// What changes keys, beside the first start: by itself and by order.
    enum Step: CaseIterable {
        case begin, publish, promote, redate, erase, ask, rotate, otherAlgorithm, revokeActive, revokeSuccessor, adopt

        /// Lets the step become due.
        func prepare(_ scene: KeyScene) async throws {
            switch self {
            case .begin: try await scene.database.once(Statement("DELETE FROM signing_key"))
            case .publish:
                let successor = try await scene.key(.published).id
                try await scene.database.once(Statement("DELETE FROM signing_key WHERE id = \(successor)"))
            case .promote: scene.manual.advance(by: .days(30))
            case .redate:
                let ahead = scene.now + .days(365)
                let active = try await scene.key(.active).id
                try await scene.database.once(
                    Statement("UPDATE signing_key SET active_at = \(ahead) WHERE id = \(active)"))
            case .erase:
                _ = try await scene.administration.rotate(to: nil, isImmediate: true, at: scene.now)
                scene.manual.advance(by: KeyTimes.retirement)
            default: break
            }
        }

        func take(_ scene: KeyScene, through database: any Database) async throws {
            let administration = KeyAdministration(database, secrets: scene.secrets, times: scene.times)
            switch self {
            case .begin, .publish, .promote, .redate, .erase:
                let plan = KeyPlan(try await scene.rows().map(\.planned), scene.times, at: scene.now)
                guard let due = plan.due else { return }
                _ = try await KeyRotation.carryOut(due, database, scene.secrets, scene.times, at: scene.now)
            case .ask: _ = try await administration.rotate(to: nil, isImmediate: false, at: scene.now)
            case .rotate: _ = try await administration.rotate(to: nil, isImmediate: true, at: scene.now)
            case .otherAlgorithm: _ = try await administration.rotate(to: .edDSA, isImmediate: true, at: scene.now)
            case .revokeActive:
                _ = try await administration.revoke(try await scene.key(.active).id, at: scene.now)
            case .revokeSuccessor:
                _ = try await administration.revoke(try await scene.key(.published).id, at: scene.now)
            case .adopt:
                let key = try OutsideKey(OutsideKeyTests.jwk(of: try KeyMaterial.make(.edDSA)), for: nil)
                _ = try await administration.adopt(key, at: scene.now)
            }
        }
    }

    @Test(arguments: Engine.available, Step.allCases)
    func `storage that fails in the middle of a step leaves everything as it was`(
        _ engine: Engine, _ step: Step
    ) async throws {
        try await KeyScene.with(engine) { scene in
            try await step.prepare(scene)
            let (rows, events) = (try await scene.rows(), try await scene.events())
            let failing = HalfwayDatabase(scene.database)
            var statements = 0
            while true {
                failing.failNextWrite(after: statements)
                do { try await step.take(scene, through: failing) } catch is StorageError {}
                guard !failing.isToFail else { break }
                #expect(try await scene.rows() == rows, "after \(statements) statements")
                #expect(try await scene.events() == events, "after \(statements) statements")
                statements += 1
            }
            // It went through in the end, and did something.
            #expect(statements > 3)
            #expect(try await scene.rows() != rows)
            #expect(try await scene.events() != events)
            try await isWhole(scene)
        }
    }

    @Test(arguments: Engine.available, Step.allCases)
    func `when the answer to a step is lost, a node finds the truth and goes on`(
        _ engine: Engine, _ step: Step
    ) async throws {
        for commits in [false, true] {
            try await KeyScene.with(engine) { scene in
                try await step.prepare(scene)
                let rows = try await scene.rows()
                let cut = CutDatabase(scene.database, commits: commits)
                cut.cutNextWrite()
                await #expect(throws: StorageError.self) { try await step.take(scene, through: cut) }
                #expect((try await scene.rows() != rows) == commits)
                try await scene.start()
                await (try await scene.node()).rotation.turn()
                try await isWhole(scene)
            }
        }
    }

    /// One key signs, one is its successor, and a node has both open.
    private func isWhole(_ scene: KeyScene) async throws {
        let (active, successor) = (try await scene.key(.active), try await scene.key(.published))
        let node = try await scene.node()
        #expect(node.signing(at: scene.now) == active.id)
        #expect(node.keys.current.isWhole(successor.id))
    }
}
