/// The schema of this version: every migration, in order. A file that has been released never changes again.
package enum Schema {
    package static let migrations = [
        Migration(number: 1, name: "first schema", resource: PackageResources.m0001_first_schema_sql),
        Migration(number: 2, name: "many nodes", resource: PackageResources.m0002_many_nodes_sql),
        Migration(number: 3, name: "move", resource: PackageResources.m0003_move_sql),
        Migration(number: 4, name: "single sign-on", resource: PackageResources.m0004_single_sign_on_sql),
        Migration(number: 5, name: "messages", resource: PackageResources.m0005_messages_sql),
        Migration(number: 6, name: "guessing", resource: PackageResources.m0006_guessing_sql),
        Migration(number: 7, name: "webhooks", resource: PackageResources.m0007_webhooks_sql),
        Migration(
            number: 8, name: "counts and registration",
            resource: PackageResources.m0008_counts_and_registration_sql),
        Migration(number: 9, name: "key rotation", resource: PackageResources.m0009_key_rotation_sql),
        Migration(number: 10, name: "master secrets", resource: PackageResources.m0010_master_secrets_sql),
        Migration(number: 11, name: "ages", resource: PackageResources.m0011_ages_sql),
    ]

    /// Every table that the migrations make.
    static let tables = MovedTable.localTables.union(MovedTable.all.map(\.title))

    package static let migrator = Migrator(migrations, tables: tables)
}
