import OAuth

/// The latest events that were given: of twice `capacity` at most, and of the last `capacity` surely.
struct SeenEvents {
    private static let capacity = 32_768
    private var current: Set<EventID> = []
    private var former: Set<EventID> = []

    /// False when it is among them already.
    mutating func insert(_ id: EventID) -> Bool {
        guard !former.contains(id) else { return false }
        guard current.insert(id).inserted else { return false }
        if current.count >= Self.capacity {
            former = current
            current = []
        }
        return true
    }
}
