import CDispatch
import Dispatch
import Foundation

/// Processor time, by the kernel's own accounting.
enum CPUTime {
    /// Of the calling thread, in seconds.
    static func thread() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Of this process with all its threads, in seconds.
    static func process() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Of another process: user and system time, in seconds.
    static func ofProcess(_ id: Int32) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
        // The name in parentheses may hold anything; the numbers follow the last one.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw BenchmarkError("process \(id) has no times")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Of another process's threads, in seconds, by their names: the scheduler's own nanoseconds.
    static func ofThreads(_ id: Int32) throws -> [String: Double] {
        let folder = "/proc/\(id)/task"
        return try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: [:]) { times, thread in
            // One that has ended since is nobody's loss: those that are measured stay.
            guard let name = try? String(contentsOfFile: "\(folder)/\(thread)/comm", encoding: .utf8),
                let account = try? String(contentsOfFile: "\(folder)/\(thread)/schedstat", encoding: .utf8),
                let nanoseconds = account.split(separator: " ").first.flatMap({ Double($0) })
            else { return }
            times[String(name.dropLast()), default: 0] += nanoseconds / 1e9
        }
    }

    /// The best of several rounds of one thread's work: microseconds of processor time for one call.
    static func best(rounds: Int = 7, calls: Int, _ work: () throws -> Void) rethrows -> Double {
        var best = Double.infinity
        for _ in 0..<rounds {
            let began = thread()
            for _ in 0..<calls { try work() }
            best = min(best, (thread() - began) / Double(calls))
        }
        return best * 1e6
    }
}

struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
