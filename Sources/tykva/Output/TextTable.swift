/// Rows in aligned columns, for people.
struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: String...) { self.header = header }

    var isEmpty: Bool { rows.isEmpty }

    /// - Parameter cells: As many as the header has; texts from outside are escaped here.
    mutating func add(_ cells: String...) {
        precondition(cells.count == header.count, "a row has a cell for each column")
        rows.append(cells.map { TerminalText.escaped($0.isEmpty ? "-" : $0) })
    }

    /// The table, with the header unless this is the continuation of another.
    func text(isContinued: Bool = false) -> String {
        let all = isContinued ? rows : [header] + rows
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        return all.map { cells in line(cells, widths) }.joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            line += cell
            guard index < cells.count - 1 else { break }
            line += String(repeating: " ", count: widths[index] - cell.count + 2)
        }
        return line
    }
}
