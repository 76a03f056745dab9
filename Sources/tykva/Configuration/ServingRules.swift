import Foundation
import OAuth
import TykvaServer

/// The rules between settings that hold for a server, and what a server must be able to read.
struct ServingRules {
    let isDev: Bool
    /// Nil when it is refused itself; then no rule about it says more.
    let listen: ListenAddress?
    let metricsListen: ListenAddress?
    let tls: ServingCertificate.Files?
    let masterSecretFile: String?

    /// - Parameter isGiven: Whether a setting was given at all, be it wrongly.
    func faults(given isGiven: (any AnySetting) -> Bool) -> [String] {
        listenFaults(isGiven) + files
    }

    private func listenFaults(_ isGiven: (any AnySetting) -> Bool) -> [String] {
        guard let listen else { return [] }
        var faults: [String] = []
        if isDev, !listen.isLoopback {
            faults.append("listen: --dev serves a demo user with a public password, so it listens on loopback only")
        }
        let speaksTLS = isGiven(SettingTable.tlsCertificate) || isGiven(SettingTable.tlsKey)
        if !listen.isLoopback, !speaksTLS, !isGiven(SettingTable.behindProxy) {
            faults.append(
                "listen: \(listen) is not loopback, and passwords do not travel in plain http: "
                    + "give --tls-certificate and --tls-key, or --behind-proxy")
        }
        if let metricsListen, listen.overlaps(metricsListen) {
            faults.append("metrics_listen: \(metricsListen) is where the server itself listens (\(listen))")
        }
        if !listen.isLoopback, !isGiven(SettingTable.issuer) {
            faults.append("issuer: off loopback it must be given, such as https://auth.example.com")
        }
        return faults
    }

    private var files: [String] {
        var faults: [String] = []
        if let tls {
            do throws(InvalidValue) {
                _ = try ServingCertificate(tls)
            } catch {
                faults.append("tls_certificate and tls_key: \(error)")
            }
        }
        if let path = masterSecretFile, access(path, R_OK) != 0 {
            faults.append("master_secret_file: \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        return faults
    }
}

extension ListenAddress {
    private static let wildcards: Set<String> = ["0.0.0.0", "::"]

    /// Whether two listeners at these would be in each other's way: one of every address takes the port of each.
    fileprivate func overlaps(_ other: ListenAddress) -> Bool {
        port == other.port && (host == other.host || !Self.wildcards.isDisjoint(with: [host, other.host]))
    }
}
