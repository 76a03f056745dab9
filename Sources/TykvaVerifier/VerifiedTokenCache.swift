import Synchronization

/// Remembers tokens whose signature and claims were found good.
///
/// The key is the whole token, compared byte by byte, and the epoch of the key set that checked it: the same signature
/// under other claims is another token, and a changed key set forgets everything. What time or a revocation can change
/// is looked at by the verifier on every hit. Failures are never kept, so a stranger cannot fill it.
///
/// It is cut into shards, each with its own lock. A shard has two generations: what was used lately is in the young
/// one; when that is full it becomes the old one, and the old one is dropped whole.
final class VerifiedTokenCache: Sendable {
    private struct Entry {
        let token: [UInt8]
        let epoch: UInt64
        let verified: VerifiedToken

        /// The token, its claims, and about what their index and the tables take.
        var bytes: Int { token.count + verified.payload.count + 1024 }

        /// Whether this is the very token, compared eight bytes at a time.
        func isFor(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
            token.withUnsafeBytes { mine in
                let theirs = UnsafeRawBufferPointer(other)
                guard mine.count == theirs.count else { return false }
                var offset = 0
                while offset + 8 <= mine.count {
                    let word = mine.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    guard word == theirs.loadUnaligned(fromByteOffset: offset, as: UInt64.self) else { return false }
                    offset += 8
                }
                return mine[offset...].elementsEqual(theirs[offset...])
            }
        }
    }

    private struct Generations {
        var young: [UInt64: Entry] = [:]
        var old: [UInt64: Entry] = [:]
        var youngBytes = 0
    }

    private final class Shard: Sendable {
        let generations = Mutex(Generations())
    }

    private let shards: [Shard]
    private let entriesPerGeneration: Int
    private let bytesPerGeneration: Int
    private let seed = UInt64.random(in: .min ... .max)

    init(limits: VerifiedTokenCacheLimits) {
        // A small cache has fewer shards, so that each generation has room for a token of any size.
        let wanted = max(1, min(64, limits.entries / 16, limits.bytes / (64 * 1024)))
        let count = 1 << (Int.bitWidth - 1 - wanted.leadingZeroBitCount)
        shards = (0..<count).map { _ in Shard() }
        entriesPerGeneration = max(1, limits.entries / count / 2)
        bytesPerGeneration = limits.bytes / count / 2
    }

    /// Tokens remembered now.
    var count: Int {
        shards.reduce(0) { sum, shard in sum + shard.generations.withLock { $0.young.count + $0.old.count } }
    }

    func find(_ token: UnsafeBufferPointer<UInt8>, epoch: UInt64) -> VerifiedToken? {
        guard let hash = hash(token) else { return nil }
        var dropped: [UInt64: Entry] = [:]
        defer { dropped.removeAll() }
        return shard(hash).generations.withLock { generations in
            if let entry = generations.young[hash] {
                return entry.epoch == epoch && entry.isFor(token) ? entry.verified : nil
            }
            guard let entry = generations.old[hash], entry.epoch == epoch, entry.isFor(token) else {
                return nil
            }
            generations.old[hash] = nil
            dropped = insert(entry, hash, &generations)
            return entry.verified
        }
    }

    func insert(_ token: [UInt8], _ verified: VerifiedToken, epoch: UInt64) {
        guard let hash = token.withUnsafeBufferPointer(hash) else { return }
        let entry = Entry(token: token, epoch: epoch, verified: verified)
        guard entry.bytes <= bytesPerGeneration else { return }
        var dropped: [UInt64: Entry] = [:]
        shard(hash).generations.withLock { generations in
            generations.old[hash] = nil
            dropped = insert(entry, hash, &generations)
        }
        // Many tokens are freed here, after the lock.
        dropped.removeAll()
    }

    func remove(_ token: UnsafeBufferPointer<UInt8>) {
        guard let hash = hash(token) else { return }
        shard(hash).generations.withLock { generations in
            if let entry = generations.young.removeValue(forKey: hash) { generations.youngBytes -= entry.bytes }
            generations.old[hash] = nil
        }
    }

    /// Puts an entry among the young and answers with the generation that had to go.
    private func insert(_ entry: Entry, _ hash: UInt64, _ generations: inout Generations) -> [UInt64: Entry] {
        var dropped: [UInt64: Entry] = [:]
        if let replaced = generations.young.removeValue(forKey: hash) { generations.youngBytes -= replaced.bytes }
        if generations.young.count >= entriesPerGeneration
            || generations.youngBytes + entry.bytes > bytesPerGeneration
        {
            dropped = generations.old
            generations.old = generations.young
            generations.young = [:]
            generations.youngBytes = 0
        }
        generations.young[hash] = entry
        generations.youngBytes += entry.bytes
        return dropped
    }

    private func shard(_ hash: UInt64) -> Shard {
        shards[Int(truncatingIfNeeded: hash) & (shards.count - 1)]
    }

    /// A hash of the last 32 characters, which belong to the signature. Only good tokens are kept, so nobody can make
    /// many with one hash; the whole token is compared afterwards.
    private func hash(_ token: UnsafeBufferPointer<UInt8>) -> UInt64? {
        guard token.count >= 32 else { return nil }
        let words = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(token)[(token.count - 32)...])
        var hash = seed ^ UInt64(token.count)
        for offset in [0, 8, 16, 24] {
            hash = (hash ^ words.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
        }
        return hash
    }
}
