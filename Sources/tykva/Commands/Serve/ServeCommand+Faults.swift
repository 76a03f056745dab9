import Foundation
import NIOCore
import OAuth

extension ServeCommand {
    /// What keeps a server from listening, in a sentence that names the address.
    static func explained(_ error: any Error, _ settings: Settings) -> any Error {
        // The deployment has another issuer now.
        if let change = error as? InvalidValue { return CommandFailure("\(change)", .configuration) }
        guard let error = error as? IOError else { return error }
        var addresses = ["\(settings.listen)"]
        if let metrics = settings.metricsListen { addresses.append("\(metrics)") }
        let reason = String(cString: strerror(error.errnoCode))
        return CommandFailure(
            "the server cannot listen at \(addresses.joined(separator: " or at ")): \(reason.lowercased())")
    }
}
