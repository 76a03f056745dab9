package import OAuth

/// What an ID token says beyond what the access token beside it says.
package struct IDTokenContents: Sendable {
    /// Of the authorization request; none after a refresh (OIDC Core §12.2).
    package var nonce: String?
    package let members: [PublicClaims.Member]

    package init(nonce: String? = nil, members: [PublicClaims.Member]) {
        self.nonce = nonce
        self.members = members
    }
}
