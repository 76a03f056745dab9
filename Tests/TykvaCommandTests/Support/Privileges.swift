import Foundation
import TestSupport

/// Running the program as somebody else, where the machine allows it.
enum Privileges {
    static let asNobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    static let canActAsNobody: Bool = {
        guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: asNobody[0]),
            let program = try? BuildProducts.executable("tykva")
        else { return false }
        return (try? ChildProcess(asNobody + [program, "--version"]).waited()) == .exited(0)
    }()
}
