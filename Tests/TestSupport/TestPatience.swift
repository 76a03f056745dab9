package import Storage

extension Duration {
    /// A limit that ends nothing, however busy the machine is.
    package static let testPatience = Duration.seconds(600)
}

extension PostgresOptions {
    /// The usual ones, with time for everything.
    package static var patient: PostgresOptions {
        var options = PostgresOptions()
        (options.wait, options.connect, options.statement) = (.testPatience, .testPatience, .testPatience)
        return options
    }
}
