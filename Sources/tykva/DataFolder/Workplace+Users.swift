import TykvaServer

extension Workplace {
    /// What operators do with users.
    var users: UserAdministration { UserAdministration(database, claimLimit: settings.claimLimit) }
}
