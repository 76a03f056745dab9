import OAuth
import Secrets
import Testing

/// A family that was rotated last at the hour by its owner at home, and those who present its tokens.
struct RefreshSample {
    static let rotatedAt = Milliseconds(1_700_000_000_000)
    static let dayMilliseconds: Int64 = 86_400_000
    let owner: RefreshCaller
    let ownerElsewhere: RefreshCaller
    let ownerWithOtherAgent: RefreshCaller
    let stranger: RefreshCaller
    var family: FamilyState
    var circumstances: RefreshCircumstances

    init() throws {
        let client = try #require(ClientID("shop"))
        let home = Holder(address: try #require(NetworkAddress("192.0.2.1")), agent: UserAgent("Browser/1"))
        let elsewhere = Holder(address: try #require(NetworkAddress("192.0.3.1")), agent: home.agent)
        let otherAgent = Holder(address: home.address, agent: UserAgent("Browser/2"))
        owner = RefreshCaller(client: client, holder: home)
        ownerElsewhere = RefreshCaller(client: client, holder: elsewhere)
        ownerWithOtherAgent = RefreshCaller(client: client, holder: otherAgent)
        stranger = RefreshCaller(client: try #require(ClientID("other")), holder: home)
        family = FamilyState(
            client: client, generation: 7, tokenKey: 1, rotatedAt: Self.rotatedAt, rotatedBy: home,
            idleExpiresAt: Milliseconds(Self.rotatedAt.value + 30 * Self.dayMilliseconds),
            expiresAt: Milliseconds(Self.rotatedAt.value + 180 * Self.dayMilliseconds))
        circumstances = RefreshCircumstances(now: Self.rotatedAt, window: .standard, epoch: 1, standing: .active)
    }

    func decide(
        _ token: UInt32, madeUnder key: UInt8 = 1, after milliseconds: Int64 = 0, by caller: RefreshCaller? = nil
    ) -> RefreshDecision {
        var circumstances = circumstances
        circumstances.now = Self.rotatedAt + .milliseconds(milliseconds)
        return decideRefresh(
            of: token, madeUnder: key, family: family, caller: caller ?? owner, circumstances: circumstances)
    }
}
