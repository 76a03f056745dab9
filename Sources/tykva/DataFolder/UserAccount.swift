import Foundation

/// A user of the operating system.
struct UserAccount {
    private let id: uid_t
    /// Nil for an id without an entry.
    private let entry: (name: String, group: gid_t, home: String)?

    init(_ id: uid_t) {
        self.id = id
        entry = getpwuid(id).map {
            (String(cString: $0.pointee.pw_name), $0.pointee.pw_gid, String(cString: $0.pointee.pw_dir))
        }
    }

    var name: String { entry.map { "user \($0.name)" } ?? "user \(id)" }

    /// Gives up root for good and goes on as this user, with their groups and home: libpq looks for certificates and
    /// passwords in the home folder, and in root's it may not.
    ///
    /// - Parameter group: Whose member to be when the user has no entry.
    func become(groupOfFolder group: gid_t) throws {
        let primary = entry?.group ?? group
        let groups = entry.map { initgroups($0.name, primary) } ?? setgroups(0, nil)
        guard groups == 0, setgid(primary) == 0, setuid(id) == 0 else {
            throw CommandFailure("this cannot go on as \(name): \(String(cString: strerror(errno)))")
        }
        // A system that lets us back has not taken anything from us.
        guard geteuid() == id, getegid() == primary, setuid(0) != 0 else {
            throw CommandFailure("this cannot go on as \(name): root could not be given up")
        }
        if let entry { setenv("HOME", entry.home, 1) } else { unsetenv("HOME") }
    }
}
