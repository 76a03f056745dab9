import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// HUP reads the certificate and its key again; a second TERM or INT ends the process at once.
///
/// The first TERM or INT is `Drain`'s: this lives until the graceful shutdown after it has ended everything else.
struct Signals: Service {
    let certificate: ServingCertificate?
    let logger: Logger
    /// From then on a signal is heard.
    let onTrapped: @Sendable () -> Void

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup, .sigterm, .sigint)
        onTrapped()
        // Stopped as one of the last services, so that a second signal is seen while the others still end.
        await cancelWhenGracefulShutdown {
            var stops = 0
            for await signal in signals {
                if signal == .sighup {
                    reload()
                    continue
                }
                stops += 1
                if stops == 2 { _exit(130) }
            }
        }
    }

    private func reload() {
        guard let certificate else {
            logger.notice("SIGHUP: there is no certificate to read again")
            return
        }
        do {
            try certificate.reload()
            logger.notice("SIGHUP: certificate and key were read again")
        } catch {
            logger.error("SIGHUP: the old certificate stays in use", metadata: ["error": "\(error)"])
        }
    }
}
