extension Statement where Answer == Int64 {
    /// How many changes operators have made.
    static var changeCount: Self {
        Self("SELECT number FROM change WHERE id = 1") { rows throws(StorageError) in
            guard let row = rows.first else { throw .corrupt(reason: "table change has no row") }
            return try row.integer("number")
        }
    }
}

extension Statement where Answer == Void {
    static var countChange: Self { Self("UPDATE change SET number = number + 1 WHERE id = 1") }
}
