import Logging
import OAuth
import Secrets
import ServiceLifecycle
import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tells the deployment which master secrets this node can read, and reads their file again every few seconds.
///
/// So an operator writes a new secret into the files of all nodes, and none has to be restarted or signalled. A change
/// of what it can read is told within a second, all else every ten.
struct NodePresence: Service {
    let database: any Database
    let secrets: SecretRing
    let reader: MasterSecretReader
    let clock: DeploymentClock
    let logger: Logger
    let id = EventID.random().text

    private static let look: Duration = .seconds(1)
    /// The file is read at every so manieth look.
    private static let looksAFile = 3

    private struct Memory {
        var looks = 0
        var remarks: [String] = []
        var told: (active: UInt8, readable: [RegisteredMasterSecret])?
        /// When to tell it at the latest, by the monotonic clock.
        var nextAt: Int64 = 0
        var hasFailed = false
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var memory = Memory()
            while true {
                if memory.looks % Self.looksAFile == 0 { readFile(&memory) }
                memory.looks += 1
                await tell(&memory)
                try await Task.sleep(for: Self.look)
            }
        }
        // What is left of it counts for some seconds only.
        try? await database.once(.removeNode(id))
    }

    /// Tells what is news at once, and all else now and then; so too after a failure, which hurts no one at first.
    private func tell(_ memory: inout Memory) async {
        let current = secrets.current.secrets
        let (now, told) = (clock.monotonicNow(), (current.activeNumber, current.registered))
        let isNews = memory.told.map { $0.active != told.0 || $0.readable != told.1 } ?? true
        guard now >= memory.nextAt || (isNews && !memory.hasFailed) else { return }
        memory.nextAt = now + ServingNode.interval.wholeMilliseconds
        do throws(StorageError) {
            guard database.commitsReturn() else { throw .unavailable(reason: "commits do not return") }
            try await report(current)
            memory.told = told
            memory.hasFailed = false
        } catch {
            if !memory.hasFailed {
                logger.warning("this node could not tell that it serves", metadata: ["error": "\(error)"])
            }
            memory.hasFailed = true
        }
    }

    /// What is wrong is told once, not every few seconds.
    private func readFile(_ memory: inout Memory) {
        var remarks: [String] = []
        if let read = reader.read {
            do {
                let before = secrets.current.secrets.numbers
                remarks = secrets.take(try read())
                let after = secrets.current.secrets.numbers
                if after != before {
                    logger.notice("the master secrets were read again", metadata: ["numbers": "\(after)"])
                }
            } catch {
                remarks = ["the master secrets cannot be read again, and those of before stay in use: \(error)"]
            }
        }
        remarks += secrets.current.missing.map {
            "this node is not ready: it cannot read master secret \($0) of the deployment"
        }
        for remark in remarks where !memory.remarks.contains(remark) { logger.error("\(remark)") }
        memory.remarks = remarks
    }

    private func report(_ current: MasterSecrets) async throws(StorageError) {
        let now = clock.now()
        let node = ServingNode(
            id: id, name: Self.name, seenAt: now, activeSecret: current.activeNumber, readable: current.registered)
        try await database.write { tx throws(StorageError) in
            try tx.run(.report(node))
            try tx.run(.removeNodes(notSeenSince: now - ServingNode.memory))
        }
    }

    /// The machine, and the process on it.
    private static let name: String = {
        var buffer = [CChar](repeating: 0, count: 256)
        let hasName = gethostname(&buffer, buffer.count - 1) == 0
        let host = hasName ? buffer.prefix { $0 > 0x20 && $0 < 0x7F }.map { UInt8(bitPattern: $0) } : []
        return "\(String(decoding: host, as: UTF8.self)) (process \(getpid()))"
    }()
}
