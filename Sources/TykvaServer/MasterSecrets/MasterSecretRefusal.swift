/// Why the master secrets of this node are not those of its database; what to say after where they come from.
package enum MasterSecretRefusal: Error, Hashable, CustomStringConvertible {
    /// The database knows a number that is not here.
    case missing(UInt8)
    /// Another secret has this number there.
    case different(UInt8)
    /// The secret is there under another number.
    case renumbered(UInt8, there: UInt8)

    package var description: String {
        switch self {
        case .missing(let number): "number \(number), which this database knows, is not here"
        case .different(let number): "number \(number) is not the one of this database"
        case .renumbered(let number, let there):
            "number \(number) is number \(there) of this database: write \(there):… for it"
        }
    }
}
