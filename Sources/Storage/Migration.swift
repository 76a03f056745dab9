/// One numbered step from an older schema to a newer one.
package struct Migration: Sendable {
    /// Counted from 1, without gaps.
    package let number: Int
    package let name: String
    package let script: MigrationScript

    package init(number: Int, name: String, resource: [UInt8]) {
        self.number = number
        self.name = name
        script = MigrationScript(resource: resource)
    }
}
