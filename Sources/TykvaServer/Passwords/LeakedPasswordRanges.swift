import NIOHTTP1
import OAuth
import Secrets
import Synchronization

/// Asks a server for ranges of leaked passwords' hashes.
///
/// A server that does not answer, or not in time, or something else, keeps nobody from a new password; the operator is
/// told once in a while, of the server and never of the question.
final class LeakedPasswordRanges: LeakedPasswords {
    private let url: LeakedPasswordsURL
    private let requests: OutgoingRequests
    private let bounds: OutgoingRequests.Bounds
    private let monotonic: @Sendable () -> Int64
    private let tell: @Sendable (String) -> Void
    /// In milliseconds of the monotonic clock.
    private let toldAt = Mutex<Int64?>(nil)

    /// - Parameters:
    ///   - seconds: How long an answer may take.
    ///   - monotonic: The machine's, in milliseconds.
    ///   - tell: Tells the operator a sentence.
    init(
        _ url: LeakedPasswordsURL, _ requests: OutgoingRequests, seconds: Int64,
        monotonic: @escaping @Sendable () -> Int64 = SystemTime.monotonic, tell: @escaping @Sendable (String) -> Void
    ) {
        self.url = url
        self.requests = requests
        bounds = OutgoingRequests.Bounds(seconds: seconds, bytes: Limits.leakedRangeBytes)
        self.monotonic = monotonic
        self.tell = tell
    }

    func contains(_ query: LeakedPasswordQuery) async -> Bool {
        do {
            // The padding hides from whoever counts the bytes of the answer which range it is.
            let range = try await requests.get(
                url.range(query.prefix), accept: "text/plain", with: ["add-padding": "true"], within: bounds)
            if let isListed = query.isListed(in: range) { return isListed }
            remark("its answer is no range of hashes")
        } catch  where Task.isCancelled {
            // Whoever asked has gone.
        } catch let error as InvalidValue {
            // What it was about holds the question.
            remark(error.reason)
        } catch {
            remark("\(error)")
        }
        return false
    }

    private func remark(_ reason: String) {
        let now = monotonic()
        let isTime = toldAt.withLock { toldAt in
            if let last = toldAt, now - last < Limits.leakedPasswordRemark.components.seconds * 1000 { return false }
            toldAt = now
            return true
        }
        if isTime { tell("\(url) cannot be asked for leaked passwords, so they are taken: \(reason)") }
    }
}
