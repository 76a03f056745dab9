package import OAuth
package import Secrets
package import Storage

/// What operators do with master secrets; each change records its event in its own transaction.
package struct SecretAdministration: Sendable {
    private let database: any Database
    private let elapsed: @Sendable (_ since: ContinuousClock.Instant) -> Duration

    /// - Parameter elapsed: How long something has lasted.
    package init(
        _ database: any Database,
        elapsed: @escaping @Sendable (_ since: ContinuousClock.Instant) -> Duration = { .now - $0 }
    ) {
        self.database = database
        self.elapsed = elapsed
    }

    package func known() async throws(StorageError) -> [KnownMasterSecret] {
        try await database.read { tx throws(StorageError) in try tx.run(.knownMasterSecrets) }
    }

    package func nodes(at now: Milliseconds) async throws(StorageError) -> [ServingNode] {
        try await database.read { tx throws(StorageError) in try tx.run(.servingNodes(at: now)) }
    }

    /// Makes a number the deployment's: from now on every node must be able to read it. The active one stays.
    ///
    /// - Parameter ended: Nodes that have not told of themselves since, and do not count.
    /// - Returns: Whether it was not that before.
    /// - Throws: `SecretRefusal` when a node that serves could not go on; `StorageError`.
    package func register(
        _ number: UInt8, of secrets: MasterSecrets, ended: Set<ServingNode.Sighting> = [], at now: Milliseconds
    ) async throws -> Bool {
        guard let secret = secrets.registered(number) else { throw SecretRefusal.notHere(number) }
        return try await change { tx throws(StorageError) in
            let known = try tx.run(.knownMasterSecrets)
            if let there = known[number: number] {
                return there.secret == secret ? .success(false) : .failure(.different(number))
            }
            if let twin = known.first(where: { $0.secret.checkValue == secret.checkValue }) {
                return .failure(.renumbered(number, there: twin.number))
            }
            return try Self.lacking(secret, ended, tx, at: now).map { .failure($0) } ?? .success(true)
        } write: { tx throws(StorageError) in
            try tx.run(.register(secret, at: now))
            try tx.run(.record(Self.event(.secretAdded, number, at: now)))
        }
    }

    /// Makes a registered number the one that makes what is new.
    ///
    /// - Parameter ended: Nodes that have not told of themselves since, and do not count.
    /// - Returns: Whether it was not that before.
    /// - Throws: `SecretRefusal` when a node that serves cannot read it; `StorageError`.
    package func activate(
        _ number: UInt8, of secrets: MasterSecrets, ended: Set<ServingNode.Sighting> = [], at now: Milliseconds
    ) async throws -> Bool {
        guard let secret = secrets.registered(number) else { throw SecretRefusal.notHere(number) }
        return try await change { tx throws(StorageError) in
            let known = try tx.run(.knownMasterSecrets)
            guard let there = known[number: number] else { return .failure(.unknown(number)) }
            guard there.secret == secret else { return .failure(.different(number)) }
            guard known.activeNumber != number else { return .success(false) }
            // Else what is sealed under it could not be sealed anew.
            if let missing = try Self.boxes(tx).keys.filter({ secrets[number: $0] == nil }).min() {
                return .failure(.notHere(missing))
            }
            return try Self.lacking(secret, ended, tx, at: now).map { .failure($0) } ?? .success(true)
        } write: { tx throws(StorageError) in
            guard let former = try tx.run(.knownMasterSecrets).activeNumber else { return }
            try tx.run(.retireSecret(former, at: now))
            try tx.run(.activateSecret(number, at: now))
            try tx.run(.record(Self.event(.secretActivated, number, former: former, at: now)))
        }
    }

    /// Forgets a number: nothing needs it any more.
    ///
    /// - Throws: `SecretRefusal` when something does; `StorageError`.
    package func remove(_ number: UInt8, at now: Milliseconds) async throws {
        // Counting takes long where there are many sign-ins; none of it grows again, since another number is active.
        let begun = ContinuousClock.now
        let counted = try await needs(at: now)
        let later = now + elapsed(begun)
        _ = try await change { tx throws(StorageError) in
            let known = try tx.run(.knownMasterSecrets)
            guard let there = known[number: number] else { return .failure(.unknown(number)) }
            guard known.activeNumber != number else { return .failure(.active(number)) }
            var needs = counted[number] ?? SecretNeeds()
            needs.boxes = try Self.boxes(tx)[number] ?? [:]
            needs.pagesUntil = Self.pagesUntil(there, at: later)
            needs.nodes = try Self.users(of: number, tx, at: later)
            return needs.isNothing ? .success(true) : .failure(.needed(number, needs))
        } write: { tx throws(StorageError) in
            try tx.run(.removeSecret(number))
            try tx.run(.record(Self.event(.secretRemoved, number, at: later)))
        }
    }

    /// What needs each number, those too that the deployment does not know.
    package func needs(at now: Milliseconds) async throws(StorageError) -> [UInt8: SecretNeeds] {
        let begun = ContinuousClock.now
        var needs: [UInt8: SecretNeeds] = [:]
        for (number, families) in try await families(at: now) {
            needs[number, default: SecretNeeds()].families = families
        }
        let later = now + elapsed(begun)
        let (boxes, known, nodes) = try await database.read { tx throws(StorageError) in
            (try Self.boxes(tx), try tx.run(.knownMasterSecrets), try tx.run(.servingNodes(at: later)))
        }
        for (number, columns) in boxes { needs[number, default: SecretNeeds()].boxes = columns }
        for secret in known where secret.number != known.activeNumber {
            needs[secret.number, default: SecretNeeds()].pagesUntil = Self.pagesUntil(secret, at: later)
        }
        for node in nodes where node.activeSecret != known.activeNumber {
            needs[node.activeSecret, default: SecretNeeds()].nodes.append(node.name)
        }
        return needs
    }

    /// How long a call may be repeated with the token before, at most: the widest retry window, and time to spare.
    private static let repetition: Duration = .minutes(10)

    private func families(at now: Milliseconds) async throws(StorageError) -> [UInt8: FamiliesOfSecret] {
        var needs: [UInt8: FamiliesOfSecret] = [:]
        var key: [UInt8]? = []
        while let from = key {
            let (end, found) = try await database.read { tx throws(StorageError) in
                let end = try tx.run(.endOfFamilies(after: from))
                let needs = try tx.run(
                    .familiesNeedingSecrets(after: from, through: end, repeatable: now - Self.repetition, at: now))
                return (end, needs)
            }
            for (number, families) in found { needs[number, default: FamiliesOfSecret()].add(families) }
            key = end
        }
        return needs
    }

    /// Looks first, and writes only what is not refused: a command that waits for nodes looks often.
    ///
    /// - Parameter judge: Whether there is something to write; asked again in the transaction that writes it.
    private func change(
        _ judge: @escaping @Sendable (any Transaction) throws(StorageError) -> Result<Bool, SecretRefusal>,
        write: @escaping @Sendable (any Transaction) throws(StorageError) -> Void
    ) async throws -> Bool {
        guard try await database.read(judge).get() else { return false }
        return try await database.administer { tx throws(StorageError) in
            let verdict = try judge(tx)
            if case .success(true) = verdict { try write(tx) }
            return verdict
        }.get()
    }

    private static func lacking(
        _ secret: RegisteredMasterSecret, _ ended: Set<ServingNode.Sighting>, _ tx: any Transaction,
        at now: Milliseconds
    ) throws(StorageError) -> SecretRefusal? {
        let lacking = try tx.run(.nodes).filter { node in
            !node.reads(secret) && (node.serves(at: now) || !ended.contains(node.sighting))
        }
        let (serving, all) = (lacking.filter { $0.serves(at: now) }, Set(lacking.map(\.sighting)))
        guard serving.isEmpty else { return .nodesLack(secret.number, Set(serving.map(\.sighting))) }
        return all.isEmpty ? nil : .nodesSilent(secret.number, all)
    }

    private static func users(
        of number: UInt8, _ tx: any Transaction, at now: Milliseconds
    ) throws(StorageError) -> [String] {
        try tx.run(.servingNodes(at: now)).filter { $0.activeSecret == number }.map(\.name)
    }

    private static func boxes(_ tx: any Transaction) throws(StorageError) -> [UInt8: [String: Int]] {
        var boxes: [UInt8: [String: Int]] = [:]
        for column in SealedColumn.all {
            for (number, count) in try tx.run(.boxCounts(in: column)) {
                boxes[number, default: [:]][column.name] = count
            }
        }
        return boxes
    }

    private static func pagesUntil(_ secret: KnownMasterSecret, at now: Milliseconds) -> Milliseconds? {
        guard let end = secret.retiredAt.map({ $0 + PageKeys.afterlife }), now < end else { return nil }
        return end
    }

    private static func event(
        _ type: EventType, _ number: UInt8, former: UInt8? = nil, at now: Milliseconds
    ) -> Event {
        let before = former.map { #","former":\#($0)"# } ?? ""
        return Event(at: now, type: type, detail: #"{"number":\#(number)\#(before)}"#)
    }
}
