import OAuth

extension Settings {
    /// How long signing keys are in each of their states; nil when that is not settled.
    static func keyTimes(_ reader: inout SettingReader) -> KeyTimes? {
        let rotation = reader.read(SettingTable.keyRotation)
        let publication = reader.read(SettingTable.keyPublication)
        guard let rotation, let publication else { return nil }
        do throws(InvalidValue) {
            return try KeyTimes(rotation: rotation, publication: publication)
        } catch {
            reader.note("key_rotation and key_publication: \(error.reason)")
            return nil
        }
    }
}
