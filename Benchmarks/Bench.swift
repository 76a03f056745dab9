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
        let benchmarks: [(name: String, run: (inout Table) async throws -> Void)] = [
            ("sign", SignBenchmark.run), ("check", CheckBenchmark.run), ("algorithms", AlgorithmBenchmark.run),
            ("refresh", RefreshBenchmark.run), ("sign-in", SignInBenchmark.run), ("pages", PageBenchmark.run),
            ("start", StartBenchmark.run),
        ]
        var failed: [String] = []
        for benchmark in benchmarks where isWanted(benchmark.name) {
            do {
                try await benchmark.run(&table)
            } catch {
                failed.append("\(benchmark.name): \(error)")
            }
        }
        table.printSummary()
        for failure in failed { FileHandle.standardError.write(Data("tykva-bench: \(failure)\n".utf8)) }
        if !failed.isEmpty { exit(1) }
    }
}
