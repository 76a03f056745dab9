package import OAuth

extension Statement where Answer == [AttributeDefinition] {
    package static var attributes: Self {
        Self("SELECT name, class, type, built_in_at FROM attribute ORDER BY name") { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in
                guard let `class` = AttributeClass(rawValue: try row.text("class")),
                    let type = AttributeType(rawValue: try row.text("type"))
                else { throw .corrupt(reason: "table attribute holds an unknown class or type") }
                return AttributeDefinition(
                    name: try row.identifier("name"), class: `class`, type: type,
                    isBuiltIn: try row.optionalInteger("built_in_at") != nil)
            }
        }
    }
}

extension Statement where Answer == Bool {
    /// Defines an attribute; false when its name is taken.
    package static func define(_ attribute: AttributeDefinition) -> Self {
        Self(
            """
            INSERT INTO attribute (name, class, type)
            VALUES (\(attribute.name), \(attribute.class.rawValue), \(attribute.type.rawValue))
            ON CONFLICT (name) DO NOTHING
            RETURNING name
            """
        ) { rows in !rows.isEmpty }
    }

    /// Removes an attribute that an operator defined, and that nothing uses any more; false when there is none.
    package static func removeAttribute(_ name: AttributeName) -> Self {
        Self("DELETE FROM attribute WHERE name = \(name) AND built_in_at IS NULL RETURNING name") { rows in
            !rows.isEmpty
        }
    }

    /// Whether some user still has a value of it, or some client's claim policy names it.
    package static func isInUse(_ name: AttributeName) -> Self {
        Self(
            """
            SELECT name FROM attribute
            WHERE name = \(name)
              AND (EXISTS (SELECT 1 FROM account_attribute WHERE account_attribute.name = attribute.name)
                   OR EXISTS (SELECT 1 FROM client_claim WHERE client_claim.attribute = attribute.name))
            """
        ) { rows in !rows.isEmpty }
    }
}
