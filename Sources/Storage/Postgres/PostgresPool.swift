import DequeModule
import Dispatch
import Foundation
import Secrets
import Synchronization

/// Work that waits for a connection, and the caller who waits for its outcome.
struct PostgresJob: Sendable {
    /// When waiting for a connection has taken too long.
    let expiry: ContinuousClock.Instant
    /// Whether it may commit something.
    let commits: Bool
    /// Does the work and answers the caller.
    let perform: @Sendable (PostgresConnection) -> Void
    /// Answers without having done anything.
    let refuse: @Sendable (StorageError) -> Void
}

/// A bounded number of connections, each with a thread of its own: neither event loops nor Swift's threads wait.
///
/// A connection is made when there is work and none is idle. The one used last is used next, so that few stay warm.
/// While no connection can be had, what waits is refused at once.
final class PostgresPool: Sendable {
    private let servers: PostgresServers
    private let options: PostgresOptions
    private let state: Mutex<State>
    let lateCommits: PostgresLateCommits

    private final class Worker: Sendable {
        let wakeUp = DispatchSemaphore(value: 0)
    }

    private struct State {
        var waiting: Deque<PostgresJob> = []
        /// Workers that sleep, with a connection and without.
        var idle: [Worker] = []
        var unconnected: [Worker] = []
        var connected = 0
        var threads: Int
        var isClosed = false
        var whenClosed: [@Sendable () -> Void] = []
    }

    private enum Step {
        case perform(PostgresJob)
        case connect
        case sleep
        case end
    }

    /// How long a worker waits that cannot connect while others can.
    private static let pause = Duration.milliseconds(500)
    private static let sweep = Duration.milliseconds(250)

    init(_ servers: PostgresServers, _ options: PostgresOptions) throws(StorageError) {
        self.servers = servers
        self.options = options
        state = Mutex(State(threads: options.connections + 1))
        lateCommits = PostgresLateCommits(servers, options)
        do throws(SystemError) {
            for _ in 0..<options.connections {
                let worker = Worker()
                try WorkerThread.start("postgres", niceness: 0) { [self] in work(worker) }
            }
            try WorkerThread.start("postgres-sweep", niceness: 0) { [self] in sweepUntilClosed() }
        } catch {
            state.withLock { $0.isClosed = true }
            throw .unavailable(reason: "no thread could be started: \(error)")
        }
    }

    /// Takes the work in, or refuses it at once.
    func add(_ job: PostgresJob) {
        let refusal: StorageError? = state.withLock { state in
            if state.isClosed { return .closed }
            guard state.waiting.count < options.waitingLimit else { return .overloaded(retryAfterSeconds: 1) }
            state.waiting.append(job)
            (state.idle.popLast() ?? state.unconnected.popLast())?.wakeUp.signal()
            return nil
        }
        if let refusal { job.refuse(refusal) }
    }

    /// Takes no more; `action` runs once what was taken has been answered and the connections are closed.
    func close(_ action: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            state.isClosed = true
            for worker in state.idle + state.unconnected { worker.wakeUp.signal() }
            state.idle = []
            state.unconnected = []
            if state.threads > 0 { state.whenClosed.append(action) }
            return state.threads == 0
        }
        if isOver { action() }
    }

    /// The life of a thread.
    private func work(_ worker: Worker) {
        var connection: PostgresConnection?
        while true {
            if let current = connection, servers.hasOutgrown(current.timeline) { drop(&connection) }
            switch next(worker, isConnected: connection != nil) {
            case .perform(let job):
                guard let current = connection else { preconditionFailure("work comes to who has a connection") }
                perform(job, on: current)
                if current.isBroken { drop(&connection) }
            case .connect: connection = connected()
            case .sleep:
                worker.wakeUp.wait()
                // The server may have gone away meanwhile: nothing that was sent then would tell its outcome.
                if connection?.hasHungUp() == true { drop(&connection) }
            case .end:
                connection = nil
                return leave()
            }
        }
    }

    private func perform(_ job: PostgresJob, on connection: PostgresConnection) {
        guard !job.commits || lateCommits.allowAnother else { return job.refuse(PostgresLateCommits.refusal) }
        job.perform(connection)
        lateCommits.note(connection)
    }

    private func next(_ worker: Worker, isConnected: Bool) -> Step {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                if state.isClosed { return .end }
                if isConnected { state.idle.append(worker) } else { state.unconnected.append(worker) }
                return .sleep
            }
            if isConnected, let job = state.waiting.popFirst() { return .perform(job) }
            // Who has a connection need not make one.
            guard let other = state.idle.popLast() else { return .connect }
            other.wakeUp.signal()
            state.unconnected.append(worker)
            return .sleep
        }
    }

    private func connected() -> PostgresConnection? {
        do throws(StorageError) {
            let connection = try servers.connect()
            state.withLock { $0.connected += 1 }
            return connection
        } catch {
            let refused: Deque<PostgresJob>? = state.withLock { state in
                guard state.connected == 0 else { return nil }
                defer { state.waiting = [] }
                return state.waiting
            }
            guard let refused else {
                // Others have connections and do the work.
                Thread.sleep(forTimeInterval: Self.pause / .seconds(1))
                return nil
            }
            for job in refused { job.refuse(error) }
            return nil
        }
    }

    private func drop(_ connection: inout PostgresConnection?) {
        connection = nil
        state.withLock { $0.connected -= 1 }
    }

    /// Refuses what has waited too long, also while every worker waits for a server that does not answer.
    private func sweepUntilClosed() {
        while true {
            Thread.sleep(forTimeInterval: Self.sweep / .seconds(1))
            lateCommits.sweep()
            let now = ContinuousClock.now
            var late: [PostgresJob] = []
            let isOver = state.withLock { state in
                while let first = state.waiting.first, first.expiry <= now {
                    state.waiting.removeFirst()
                    late.append(first)
                }
                return state.isClosed && state.waiting.isEmpty
            }
            for job in late {
                job.refuse(.unavailable(reason: "no connection to \(servers.description) came free in time"))
            }
            if isOver {
                lateCommits.close()
                return leave()
            }
        }
    }

    private func leave() {
        let actions: [@Sendable () -> Void] = state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return [] }
            defer { state.whenClosed = [] }
            return state.whenClosed
        }
        for action in actions { action() }
    }
}
