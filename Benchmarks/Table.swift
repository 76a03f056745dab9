import Foundation

/// The figures of a run: each is printed when it is there, and all of them as one table at the end.
struct Table {
    private var rows: [(what: String, figure: String, bare: String, ratio: String, target: String)] = []

    /// - Parameters:
    ///   - ratio: Figure through bare cost; nil where there is none.
    ///   - target: As docs/performance.md states it.
    mutating func add(_ what: String, _ figure: String, bare: String, ratio: Double?, target: String) {
        let text = ratio.map { String(format: "%.2f", $0) } ?? "–"
        rows.append((what, figure, bare, text, target))
        print("\(what): \(figure); \(bare); ratio \(text) (target \(target))")
        // Into a file too at once: a run takes a quarter of an hour.
        fflush(nil)
    }

    func printSummary() {
        print("\n| what | figure | bare parts, same run | ratio | target |")
        print("|---|---:|---:|---:|---|")
        for row in rows { print("| \(row.what) | \(row.figure) | \(row.bare) | \(row.ratio) | \(row.target) |") }
    }
}

/// What the figures were measured on.
enum Machine {
    static var description: String {
        let cpu =
            (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n")
            .first { $0.hasPrefix("model name") }?.split(separator: ":").last.map(String.init) ?? " unknown"
        return "Machine: \(ProcessInfo.processInfo.activeProcessorCount) ×\(cpu), "
            + ProcessInfo.processInfo.operatingSystemVersionString
    }
}
