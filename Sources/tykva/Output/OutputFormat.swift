import ArgumentParser

/// How answers look: for people, or for programs.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case table
    /// One JSON document.
    case json
}
