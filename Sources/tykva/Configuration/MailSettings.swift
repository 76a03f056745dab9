import Mail
import NIOSSL
import OAuth

/// The settings about mail, which belong together; nil when no mail is sent.
struct MailSettings {
    let address: SMTPAddress
    let from: MailAddress
    let user: (name: String, passwordFile: String)?
    let authorityPath: String?

    init?(_ reader: inout SettingReader) {
        let address = reader.read(SettingTable.smtpURL)
        let name = reader.read(SettingTable.smtpUser)
        let passwordFile = reader.read(SettingTable.smtpPasswordFile)
        let from = reader.read(SettingTable.smtpFrom)
        authorityPath = reader.read(SettingTable.smtpCAFile)
        Self.judge(&reader)
        guard let address, let from else { return nil }
        self.address = address
        self.from = from
        user = if let name, let passwordFile { (name, passwordFile) } else { nil }
    }

    /// Notes what is missing beside what is given, be that right or wrong.
    private static func judge(_ reader: inout SettingReader) {
        let given = { [reader] (setting: any AnySetting) in reader.isGiven(setting) }
        let others: [any AnySetting] = [
            SettingTable.smtpUser, SettingTable.smtpPasswordFile, SettingTable.smtpFrom, SettingTable.smtpCAFile,
        ]
        if !given(SettingTable.smtpURL), let other = others.first(where: given) {
            reader.note("smtp_url: it is missing, and \(other.key) needs it")
        }
        if given(SettingTable.smtpURL), !given(SettingTable.smtpFrom) {
            reader.note("smtp_from: it is missing, and smtp_url needs it")
        }
        if given(SettingTable.smtpUser), !given(SettingTable.smtpPasswordFile) {
            reader.note("smtp_password_file: it is missing, and smtp_user needs it")
        }
        if given(SettingTable.smtpPasswordFile), !given(SettingTable.smtpUser) {
            reader.note("smtp_user: it is missing, and smtp_password_file needs it")
        }
    }

    /// Reads the files that the settings name, as the user who runs the server.
    ///
    /// - Throws: A sentence that names the file and nothing of what is in it.
    func account(issuer: Issuer?) throws -> MailAccount {
        if let authorityPath {
            guard (try? NIOSSLCertificate.fromPEMFile(authorityPath))?.isEmpty == false else {
                throw ConfigurationFaults(sentences: [
                    "smtp_ca_file: \(authorityPath) cannot be read, or holds no certificate in PEM"
                ])
            }
        }
        let password = try user.map {
            try PasswordFile(what: "the mail server's password file", path: $0.passwordFile).read()
        }
        do throws(InvalidValue) {
            var credentials: SMTPServer.Credentials?
            if let user, let password {
                credentials = try .init(user: user.name, password: SMTPPassword(password))
            }
            let server = SMTPServer(
                address, credentials: credentials, authorityPath: authorityPath,
                clientName: issuer?.host ?? from.domain)
            return MailAccount(server: server, sender: from)
        } catch {
            throw ConfigurationFaults(sentences: ["smtp_user and smtp_password_file: \(error)"])
        }
    }
}
