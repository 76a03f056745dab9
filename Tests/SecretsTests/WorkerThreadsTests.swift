import Dispatch
import Foundation
import TestSupport
import Testing

@testable import Secrets

#if canImport(Glibc)
    import Glibc
#endif

@Suite(.timeLimit(.minutes(15))) struct WorkerThreadsTests {
    /// Holds the threads back, so that a test decides when work ends.
    private final class Gate: Sendable {
        let started = DispatchSemaphore(value: 0)
        let opened = DispatchSemaphore(value: 0)

        /// The work: says that it began, and waits.
        func pass() {
            started.signal()
            opened.wait()
        }

        /// Waits off Swift's pool until so many have begun.
        func waitUntilStarted(_ count: Int) async {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { [started] in
                    for _ in 0..<count { started.wait() }
                    continuation.resume()
                }
            }
        }
    }

    private func threads(_ count: Int, waiting: Int) throws -> WorkerThreads {
        try WorkerThreads("test", threads: count, waitingPerThread: waiting, niceness: 10)
    }

    @Test func `work runs and answers`() async throws {
        let threads = try threads(2, waiting: 8)
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<10 { group.addTask { try await threads.run { number * number } } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.sorted() == (0..<10).map { $0 * $0 })
        #expect(threads.load == PasswordHasher.Load(waiting: 0, running: 0))
    }

    @Test func `so many run, so many wait, and the next is told when to come again`() async throws {
        let threads = try threads(2, waiting: 3)
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { try await threads.run { gate.pass() } } }
            await gate.waitUntilStarted(2)
            try await reach(threads, waiting: 6, running: 2)
            let error = await #expect(throws: WorkerThreads.Refusal.self) { try await threads.run {} }
            guard case .full(let seconds) = error else {
                Issue.record("refused for another reason: \(String(describing: error))")
                return
            }
            #expect((1...60).contains(seconds))
            for _ in 0..<8 { gate.opened.signal() }
            try await group.waitForAll()
        }
        #expect(threads.load == PasswordHasher.Load(waiting: 0, running: 0))
        try await threads.run {}
    }

    @Test func `what is done afterwards is done when the caller has its answer, before other work`() async throws {
        let threads = try threads(1, waiting: 2)
        let (gate, order) = (Gate(), Recorder<[String]>([]))
        async let first: Void = threads.run({ gate.pass() }, afterwards: { order.update { $0.append("afterwards") } })
        await gate.waitUntilStarted(1)
        async let second: Void = threads.run { order.update { $0.append("second") } }
        try await reach(threads, waiting: 1, running: 1)
        #expect(order.value == [])
        gate.opened.signal()
        try await first
        try await second
        #expect(order.value == ["afterwards", "second"])
    }

    @Test func `without room to wait each thread still takes one`() async throws {
        let threads = try threads(1, waiting: 0)
        let gate = Gate()
        async let first: Void = threads.run { gate.pass() }
        await gate.waitUntilStarted(1)
        await #expect(throws: WorkerThreads.Refusal.self) { try await threads.run {} }
        gate.opened.signal()
        try await first
        try await threads.run {}
    }

    @Test func `who comes first is served first`() async throws {
        let threads = try threads(1, waiting: 64)
        let gate = Gate()
        let order = Recorder<[Int]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await threads.run { gate.pass() } }
            await gate.waitUntilStarted(1)
            for number in 0..<20 {
                group.addTask { try await threads.run { order.update { $0.append(number) } } }
                try await reach(threads, waiting: number + 1, running: 1)
            }
            gate.opened.signal()
            try await group.waitForAll()
        }
        #expect(order.value == Array(0..<20))
    }

    @Test func `a caller who is cancelled while waiting makes room, and its work is not done`() async throws {
        let threads = try threads(1, waiting: 1)
        let gate = Gate()
        let isDone = Recorder(false)
        async let first: Void = threads.run { gate.pass() }
        await gate.waitUntilStarted(1)
        let waiting = Task { try await threads.run { isDone.update { $0 = true } } }
        try await reach(threads, waiting: 1, running: 1)
        await #expect(throws: WorkerThreads.Refusal.self) { try await threads.run {} }
        waiting.cancel()
        await #expect(throws: WorkerThreads.Refusal.cancelled) { try await waiting.value }
        #expect(threads.load == PasswordHasher.Load(waiting: 0, running: 1))
        async let third: Void = threads.run {}
        try await reach(threads, waiting: 1, running: 1)
        gate.opened.signal()
        try await first
        try await third
        #expect(!isDone.value)
    }

    @Test func `a caller who was cancelled before it came does not enter`() async throws {
        let threads = try threads(1, waiting: 1)
        let isDone = Recorder(false)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await threads.run { isDone.update { $0 = true } }
        }
        await #expect(throws: WorkerThreads.Refusal.cancelled) { try await task.value }
        #expect(!isDone.value)
    }

    @Test func `a caller who is cancelled while its work runs gets the answer`() async throws {
        let threads = try threads(1, waiting: 1)
        let gate = Gate()
        let task = Task {
            try await threads.run {
                gate.pass()
                return 7
            }
        }
        await gate.waitUntilStarted(1)
        task.cancel()
        gate.opened.signal()
        #expect(try await task.value == 7)
    }

    @Test func `cancelling at any moment answers each caller exactly once`() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the cancellations: \(seed)")
        var state = seed
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        let threads = try threads(2, waiting: 16)
        let done = Recorder(0)
        var answered = 0
        for _ in 0..<100 {
            let tasks = (0..<10).map { _ in
                Task {
                    do {
                        try await threads.run { done.update { $0 += 1 } }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            for task in tasks where next() % 2 == 0 {
                task.cancel()
                if next() % 4 == 0 { await Task.yield() }
            }
            for task in tasks where await task.value { answered += 1 }
        }
        #expect(answered == done.value)
        #expect(threads.load == PasswordHasher.Load(waiting: 0, running: 0))
    }

    @Test func `stopping refuses who waits and finishes what runs`() async throws {
        let threads = try threads(1, waiting: 4)
        let gate = Gate()
        let running = Task {
            try await threads.run {
                gate.pass()
                return "finished"
            }
        }
        await gate.waitUntilStarted(1)
        let waiting = Task { try await threads.run {} }
        try await reach(threads, waiting: 1, running: 1)
        threads.stop()
        await #expect(throws: WorkerThreads.Refusal.stopped) { try await waiting.value }
        await #expect(throws: WorkerThreads.Refusal.stopped) { try await threads.run {} }
        gate.opened.signal()
        #expect(try await running.value == "finished")
    }

    #if os(Linux)
        @Test func `the work runs at a lower priority, the caller's thread keeps its own`() async throws {
            let process = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
            let threads = try threads(1, waiting: 1)
            let (worker, name) = try await threads.run {
                (
                    getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0),
                    try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
                )
            }
            #expect(worker == min(process + 10, 19))
            #expect(name == "test\n")
            #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) == process)
        }

        @Test func `threads end with their owner`() async throws {
            await #expect(processExitsWith: .success) {
                func count() throws -> Int {
                    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").filter {
                        (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)) == "short-lived\n"
                    }.count
                }
                func use() async throws {
                    let threads = try WorkerThreads("short-lived", threads: 5, waitingPerThread: 1, niceness: 0)
                    try await threads.run {}
                    withExtendedLifetime(threads) {}
                }
                for _ in 0..<20 { try await use() }
                while try count() > 0 { usleep(1_000) }
            }
        }
    #endif

    /// Waits until the load is reached; the test's time limit ends it otherwise.
    private func reach(_ threads: WorkerThreads, waiting: Int, running: Int) async throws {
        let load = PasswordHasher.Load(waiting: waiting, running: running)
        try await eventually { threads.load == load }
    }
}
