import Testing
import TykvaVerifier

/// The error of a check, or nil when the token was accepted.
func refusal(of token: String, by verifier: TokenVerifier) async -> TokenVerificationError? {
    do {
        _ = try await verifier.verify(token)
        return nil
    } catch {
        return error
    }
}

/// The check that refuses a token for the forge's own verifier, which must be the same with and without a cache.
func refusedCheck(of token: String, by forge: TokenForge) async throws -> TokenVerificationError.Check? {
    let refused = await refusal(of: token, by: try forge.verifier())?.check
    let cached = try forge.verifier(cache: VerifiedTokenCacheLimits())
    for _ in 0..<2 { #expect(await refusal(of: token, by: cached)?.check == refused) }
    return refused
}
