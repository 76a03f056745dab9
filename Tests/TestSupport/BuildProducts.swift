import Foundation

/// The programs that are built beside the tests.
package enum BuildProducts {
    /// The path of the executable of this name in the folder of the running test bundle.
    package static func executable(_ name: String) throws -> String {
        var candidates = [Bundle.main.executableURL].compactMap(\.self)
        candidates += CommandLine.arguments.map { URL(fileURLWithPath: $0) }
        for candidate in candidates {
            // On macOS the bundle's binary lies three folders below the products.
            var folder = candidate.resolvingSymlinksInPath().deletingLastPathComponent()
            for _ in 0..<4 {
                let path = folder.appending(path: name).path
                if FileManager.default.isExecutableFile(atPath: path) { return path }
                folder.deleteLastPathComponent()
            }
        }
        throw MissingProduct(name: name)
    }

    package struct MissingProduct: Error {
        package let name: String
    }
}
