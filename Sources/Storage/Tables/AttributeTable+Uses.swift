package import OAuth

extension Statement where Answer == [String] {
    /// Names of users who have a value of an attribute: two at most, for a sentence.
    package static func usersWith(_ attribute: AttributeName) -> Self {
        Self(
            """
            SELECT account.name FROM account_attribute JOIN account ON account.id = account_attribute.account_id
            WHERE account_attribute.name = \(attribute) ORDER BY account.name_key LIMIT 2
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try row.text("name") } }
    }
}

extension Statement where Answer == [ClientID] {
    /// Clients whose claim policies name an attribute.
    package static func clientsClaiming(_ attribute: AttributeName) -> Self {
        Self("SELECT client_id FROM client_claim WHERE attribute = \(attribute) ORDER BY client_id LIMIT 8") {
            rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try row.identifier("client_id") }
        }
    }
}
