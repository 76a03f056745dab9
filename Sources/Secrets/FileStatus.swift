#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a file or folder is, whose it is, and who else may touch it.
package struct FileStatus: Sendable, Equatable {
    package let isFolder: Bool
    /// Whether it is a regular file.
    package let isFile: Bool
    package let ownerID: UInt32
    package let groupID: UInt32
    /// The permission bits.
    package let mode: UInt32
    private let place: Place

    private struct Place: Equatable, Sendable {
        let device: UInt64
        let number: UInt64
    }

    /// The permission bits of group and others.
    package var othersMode: UInt32 { mode & 0o077 }

    /// Follows symbolic links.
    package init(_ path: String) throws(SystemError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .last }
        self.init(status)
    }

    /// Of what is open.
    package init(descriptor: Int32) throws(SystemError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last }
        self.init(status)
    }

    private init(_ status: stat) {
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        isFile = status.st_mode & S_IFMT == S_IFREG
        ownerID = status.st_uid
        groupID = status.st_gid
        mode = UInt32(status.st_mode & 0o7777)
        place = Place(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }

    /// Whether both are one file, whatever their paths.
    package func isSameFile(as other: FileStatus) -> Bool { place == other.place }
}
