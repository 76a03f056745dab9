/// Everything that is wrong with a configuration, a sentence each.
struct ConfigurationFaults: Error {
    let sentences: [String]
}
