import Foundation
import TestSupport

/// Running the program as somebody else, where the machine allows it.
enum Privileges {
    static let asNobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    static let canActAsNobody: Bool = {
        guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: asNobody[0]),
            let program = try? BuildProducts.executable("tykva")
        else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: asNobody[0])
        process.arguments = Array(asNobody.dropFirst()) + [program, "--version"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}
