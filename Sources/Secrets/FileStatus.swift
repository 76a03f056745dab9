#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whose a file or folder is, and who else may touch it.
package struct FileStatus: Sendable, Equatable {
    package let isFolder: Bool
    package let ownerID: UInt32
    /// The permission bits of group and others.
    package let othersMode: UInt32

    /// Follows symbolic links.
    package init(_ path: String) throws(SystemError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .last }
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        ownerID = status.st_uid
        othersMode = status.st_mode & 0o077
    }
}
