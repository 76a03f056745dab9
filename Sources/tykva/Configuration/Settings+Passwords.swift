import OAuth
import Secrets
import TykvaServer

extension Settings {
    /// What new passwords are held against; nil when something of it is refused.
    static func passwords(_ reader: inout SettingReader) -> ServerConfiguration.Passwords? {
        let minimum = reader.read(SettingTable.passwordMinimum)
        let path = reader.read(SettingTable.commonPasswordsFile)
        let leaked = reader.read(SettingTable.leakedPasswordsURL)
        var list: CommonPasswordList?
        do {
            list = try path.map { path in
                let bytes = try BoundedInput.bytes(path, "the list", maximumBytes: CommonPasswordList.maximumBytes)
                do {
                    return try CommonPasswordList(bytes)
                } catch {
                    throw CommandFailure("the list in \(path): \(error)")
                }
            }
        } catch {
            reader.note("\(SettingTable.commonPasswordsFile.key): \(error)")
            return nil
        }
        guard let minimum else { return nil }
        do {
            return .init(
                minimum: try PasswordMinimum(minimum), common: CommonPasswords(dictionary: .system, list: list),
                leaked: leaked)
        } catch {
            reader.note("\(SettingTable.passwordMinimum.key): \(error)")
            return nil
        }
    }
}
