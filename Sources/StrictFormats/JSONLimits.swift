/// How much JSON a reader takes.
package struct JSONLimits: Hashable, Sendable {
    /// Bytes of the whole text.
    package let bytes: Int

    /// Arrays and objects inside one another; 0 allows a single scalar. At most 128: the reader recurses.
    package let depth: Int

    /// Members of one object.
    package let members: Int

    package init(bytes: Int, depth: Int, members: Int) {
        precondition(bytes >= 0 && bytes <= Int(Int32.max), "positions are kept in 32 bits")
        precondition((0...128).contains(depth), "the reader recurses once a level")
        self.bytes = bytes
        self.depth = depth
        self.members = members
    }

    /// The header or the claims of a token.
    package static let token = JSONLimits(bytes: 16 * 1024, depth: 16, members: 256)

    /// A document fetched from an issuer: its metadata or its keys.
    package static let document = JSONLimits(bytes: 256 * 1024, depth: 16, members: 1024)

    /// The value of one attribute of a user.
    package static let attribute = JSONLimits(bytes: 2 * 1024, depth: 8, members: 128)
}
