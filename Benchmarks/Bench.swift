import Foundation

/// Prints figures beside the bare cost of their parts, measured in the same run (docs/performance.md).
///
/// Absolute figures belong to a machine; the ratios are what is compared.
@main struct Bench {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "empty-server" {
            try await EmptyServer.run(port: arguments.count > 1 ? Int(arguments[1]) ?? 0 : 0)
            return
        }
        let wanted = Set(arguments)
        func isWanted(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }
        print("# Tykva benchmarks: ratios to the bare parts of the same run\n")
        print(Machine.description + "\n")
        var table = Table()
        if isWanted("sign") { try await SignBenchmark.run(&table) }
        if isWanted("check") { try await CheckBenchmark.run(&table) }
        if isWanted("algorithms") { try await AlgorithmBenchmark.run(&table) }
        if isWanted("refresh") { try await RefreshBenchmark.run(&table) }
        if isWanted("sign-in") { try await SignInBenchmark.run(&table) }
        if isWanted("pages") { try await PageBenchmark.run(&table) }
        if isWanted("start") { try await StartBenchmark.run(&table) }
        table.printSummary()
    }
}
