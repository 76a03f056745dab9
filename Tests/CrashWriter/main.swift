import Foundation
import Storage
import TestSupport

// Writes rows for ever and prints the number of each one that the store has acknowledged, until it is killed.
// Arguments: the engine and the location of a store with a table `crash (id BIGINT PRIMARY KEY)`.
guard CommandLine.arguments.count == 3, let engine = Engine(rawValue: CommandLine.arguments[1]) else {
    FileHandle.standardError.write(Data("usage: crash-writer ENGINE LOCATION\n".utf8))
    exit(2)
}

let database = try await TestStore(engine: engine, location: CommandLine.arguments[2]).open()

@Sendable func writeRows(from first: Int, by step: Int, in database: any Database) async throws {
    var id = first
    while true {
        let row = id
        if row.isMultiple(of: 2) {
            try await database.once(Statement("INSERT INTO crash (id) VALUES (\(row))"))
        } else {
            try await database.write { transaction throws(StorageError) in
                try transaction.run(Statement("INSERT INTO crash (id) VALUES (\(row))"))
            }
        }
        FileHandle.standardOutput.write(Data("\(row)\n".utf8))
        id += step
    }
}

let writers = 8
try await withThrowingTaskGroup(of: Void.self) { group in
    for writer in 0..<writers {
        group.addTask { try await writeRows(from: writer, by: writers + 1, in: database) }
    }
    try await group.waitForAll()
}
