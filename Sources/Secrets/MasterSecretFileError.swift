#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a master secret's file was not read or made: one sentence with the path and the fault, never the content.
package struct MasterSecretFileError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Fault: Error, Sendable, Equatable {
        case unreadable(SystemError)
        case notRegular
        case openToOthers(mode: UInt32)
        case foreignOwner(userID: UInt32)
        case tooLarge
        case malformed(MasterSecretsError)
        case exists
        case unwritable(SystemError)
    }

    package let path: String
    package let fault: Fault

    package init(path: String, fault: Fault) {
        self.path = path
        self.fault = fault
    }

    package var description: String {
        let file = "the master secret's file \(path.debugDescription)"
        return switch fault {
        case .unreadable(let error): "\(file) cannot be read: \(error)"
        case .notRegular: "\(file) is not a regular file"
        case .openToOthers(let mode):
            "\(file) is open to other users (mode 0\(String(mode, radix: 8))): make it 0600"
        case .foreignOwner(let userID):
            "\(file) belongs to user \(Self.name(of: userID)): it must belong to the user who runs tykva, or to root"
        case .tooLarge: "\(file) is larger than \(MasterSecretFile.maximumBytes) bytes"
        case .malformed(let error): "\(file) is refused: \(error)"
        case .exists: "\(file) exists already and is left as it is"
        case .unwritable(let error): "\(file) cannot be written: \(error)"
        }
    }

    /// The number of a user without an entry.
    private static func name(of user: UInt32) -> String {
        getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "\(user)"
    }
}
