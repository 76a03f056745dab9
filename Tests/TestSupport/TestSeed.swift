import Foundation

/// The seed of a random test: a new one each time, or the one in `TYKVA_TEST_SEED`, to repeat a run.
package enum TestSeed {
    package static let variable = "TYKVA_TEST_SEED"

    /// Prints it beside the test's name, so that a failure can be repeated.
    package static func announced(for test: String) -> UInt64 {
        let seed =
            ProcessInfo.processInfo.environment[variable].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
        print("\(test): seed \(seed) (repeat with \(variable)=\(seed))")
        return seed
    }
}
