/// Which kind of rule of the schema a statement would have broken.
package enum ConstraintKind: String, Sendable, Hashable {
    case unique
    case foreignKey = "foreign key"
    case check
    case notNull = "not null"
}
