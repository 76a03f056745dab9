package import Crypto

/// The statements of one migration, from a file that is part of the program.
///
/// The only SQL that is no `SQL` literal: it comes from a resource and takes no values.
package struct MigrationScript: Sendable {
    package let text: String
    package let checksum: SHA256Digest

    /// - Parameter resource: The bytes of the embedded file: UTF-8 without U+0000.
    package init(resource: [UInt8]) {
        guard let text = String(validating: resource, as: UTF8.self), !resource.contains(0) else {
            preconditionFailure("a migration's file is UTF-8 text")
        }
        self.text = text
        checksum = SHA256.hash(data: resource)
    }
}
