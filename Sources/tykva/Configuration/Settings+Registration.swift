import OAuth
import TykvaServer

extension Settings {
    /// How people may make accounts for themselves; nil when they may not, or something of it is refused.
    static func registration(_ reader: inout SettingReader) -> Registration? {
        let isOn = reader.read(SettingTable.registration) == "on"
        let domains = reader.read(SettingTable.registrationDomains)
        if !isOn, domains != nil {
            reader.note("registration: it is off, and registration_domains needs it to be on")
        }
        return isOn ? try? Registration(domains: domains ?? []) : nil
    }
}
