package import OAuth

extension Statement where Answer == UserID? {
    /// Whose session it is; nil when there is none.
    package static func owner(of session: SessionID) -> Self {
        Self("SELECT account_id FROM session WHERE id = \(session)") { rows throws(StorageError) in
            try rows.first.map { row throws(StorageError) in try row.identifier("account_id") }
        }
    }
}
