import Logging
package import OAuth
import Secrets
package import Storage

extension KeyRing {
    /// What the keys are.
    package struct Snapshot: Sendable {
        package let rows: [SigningKeyRow]
        /// The public halves that are whole, or were when they were read before; of keys that are gone too.
        private let keys: [PublicKey]
        /// The key that signs and its successor, where they open, or did when they were read before.
        private let opened: [SigningKey]
        /// Those of them whose stored halves are both whole.
        private let whole: Set<KeyID>
        /// What is damaged, a sentence each.
        package let faults: [InvalidValue]
        /// Whether a key that is needed does not open: it may with a master secret that can be read meanwhile.
        let mayBeMended: Bool

        /// - Parameter before: What was read before: a key that was whole then and is not any more goes on to sign.
        init(_ rows: [SigningKeyRow], secrets: MasterSecrets, before: Snapshot?) async {
            var (keys, opened, faults): ([PublicKey], [SigningKey], [InvalidValue]) = ([], [], [])
            var (whole, mayBeMended): (Set<KeyID>, Bool) = ([], false)
            for row in rows where row.life.revokedAt == nil {
                var isPublicHalfWhole = true
                do throws(InvalidValue) { keys.append(try PublicKey(row)) } catch {
                    isPublicHalfWhole = false
                    faults.append(error)
                    // Its id is its thumbprint: what was read under it before is this key.
                    if let known = before?.keys.first(where: { $0.id == row.id }) { keys.append(known.in(row.life)) }
                }
                guard row.life.retiringAt == nil, row.life.goneAt == nil else { continue }
                do throws(InvalidValue) {
                    opened.append(try await SigningKey(row, secrets: secrets))
                    if isPublicHalfWhole { whole.insert(row.id) }
                } catch {
                    mayBeMended = true
                    faults.append(error)
                    if let known = before?.opened.first(where: { $0.id == row.id && $0.life == row.life }) {
                        opened.append(known)
                    }
                }
            }
            self.rows = rows
            self.keys = keys
            self.opened = opened
            self.whole = whole
            self.faults = faults
            self.mayBeMended = mayBeMended
        }

        /// The key that signs; nil when it does not open, or nobody could check it.
        package func active(at now: Milliseconds) -> SigningKey? {
            opened.last { key in
                key.life.state(at: now) == .active && keys.contains { $0.id == key.id }
            }
        }

        /// Whether a key could sign from now on: what is stored of it is whole.
        package func isWhole(_ id: KeyID) -> Bool { whole.contains(id) }

        /// The keys that a token in circulation, or in the near future, may need; the successor is the last.
        package func published(at now: Milliseconds) -> [PublicKey] {
            keys.filter { $0.life.state(at: now) == .active || $0.life.state(at: now) == .retiring }
                + keys.filter { $0.life.state(at: now) == .published }
        }

        package func keySet(at now: Milliseconds) -> PublicKeySet { PublicKeySet(published(at: now)) }

        /// What tokens are signed with, the algorithm of now first: while it changes there are two.
        package func algorithms(at now: Milliseconds) -> [SigningAlgorithm] {
            let all = [active(at: now)?.algorithm].compactMap(\.self) + published(at: now).map(\.algorithm)
            return all.reduce(into: []) { found, algorithm in
                if !found.contains(algorithm) { found.append(algorithm) }
            }
        }

        package func plan(_ times: KeyTimes, at now: Milliseconds) -> KeyPlan {
            KeyPlan(rows.map(\.planned), times, at: now)
        }

        /// The key of an id among those that are published; among all that were not revoked when a token may be old.
        package func key(_ id: String, mayBeGone: Bool, at now: Milliseconds) -> PublicKey? {
            keys.first { $0.id.text == id && (mayBeGone || $0.life.state(at: now) != .gone) }
        }

        func knows(_ id: String) -> Bool { rows.contains { $0.id.text == id } }

        func tell(_ logger: Logger) {
            for fault in faults { logger.error("a signing key is damaged", metadata: ["reason": "\(fault)"]) }
        }
    }
}
