import NIOCertificateReloading
package import OAuth

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The certificate chain that TLS is served with and its key, loaded from PEM files; it can be loaded again.
package struct ServingCertificate: Sendable {
    /// Where they are read.
    package struct Files: Hashable, Sendable {
        package let certificatePath: String
        package let keyPath: String

        package init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }
    }

    let reloader: TimedCertificateReloader
    private let files: Files

    /// - Throws: A sentence with the path when a file cannot be read, or the two are no certificate and its key.
    package init(_ files: Files) throws(InvalidValue) {
        self.files = files
        do {
            reloader = try TimedCertificateReloader.makeReloaderValidatingSources(
                refreshInterval: .days(1),
                certificateSource: .init(location: .file(path: files.certificatePath), format: .pem),
                privateKeySource: .init(location: .file(path: files.keyPath), format: .pem))
        } catch {
            throw Self.fault(files)
        }
    }

    /// Reads both files again; when that fails, what was loaded before stays in use.
    func reload() throws(InvalidValue) {
        do {
            try reloader.reload()
        } catch {
            throw Self.fault(files)
        }
    }

    /// The library's own words name neither the file nor what to do.
    private static func fault(_ files: Files) -> InvalidValue {
        let paths: [String] = [files.certificatePath, files.keyPath]
        let unreadable = paths.first { path in access(path, R_OK) != 0 }
        return InvalidValue(
            "TLS certificate \(files.certificatePath) and key \(files.keyPath)",
            unreadable.map { "\($0) cannot be read" }
                ?? "they must be a certificate chain in PEM and the private key that belongs to it")
    }
}
