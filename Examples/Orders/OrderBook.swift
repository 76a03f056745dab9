import Hummingbird

/// What somebody ordered.
struct Order: ResponseCodable, Sendable {
    let id: Int
    let item: String
    let quantity: Int
}

/// What somebody wants to order.
struct NewOrder: Decodable, Sendable {
    let item: String
    let quantity: Int
}

/// The orders of everybody, each list under the `sub` of its owner; gone when the service ends.
actor OrderBook {
    private static let ordersOfOne = 100
    private static let owners = 1000

    private var orders: [String: [Order]] = [:]

    /// The orders of one person; the first call finds two samples.
    func list(of subject: String) -> [Order] {
        orders[subject] ?? Self.samples
    }

    /// Adds an order, unless it is none or there are too many.
    func place(_ wanted: NewOrder, for subject: String) -> Order? {
        var mine = list(of: subject)
        guard (1...80).contains(wanted.item.utf8.count), (1...1000).contains(wanted.quantity),
            mine.count < Self.ordersOfOne, orders[subject] != nil || orders.count < Self.owners
        else { return nil }
        let order = Order(id: mine.count + 1, item: wanted.item, quantity: wanted.quantity)
        mine.append(order)
        orders[subject] = mine
        return order
    }

    private static let samples = [
        Order(id: 1, item: "pumpkin", quantity: 1), Order(id: 2, item: "glass slipper", quantity: 2),
    ]
}
