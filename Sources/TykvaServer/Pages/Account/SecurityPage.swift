import OAuth
import Secrets
import Storage

/// Shows a person what happened to their account, what they were told and which browsers are known, and ends everything
/// at once (field `device` forgets one browser).
struct SecurityPage: Page {
    static let template = PageTemplate.security

    /// One line of the history.
    struct Line: Sendable {
        let type: EventType
        let at: Milliseconds
        let holder: Holder
        let applicationName: String?
    }

    let account: AccountFrame?
    let notices: [ShownNotice]
    let devices: [KnownDevice]
    let thisDevice: TokenHash?
    let history: [Line]
    let forms: Forms

    struct Forms: Sendable {
        let forgetDevice: PageForm
        let endEverything: PageForm
    }

    /// - Parameter thisDevice: The browser in which the page is shown, when it has a device cookie.
    init(
        _ frame: AccountFrame, notices: [ShownNotice], devices: [KnownDevice], thisDevice: TokenHash?, history: [Line],
        forms: Forms
    ) {
        account = frame.at(.security)
        self.notices = notices
        self.devices = devices
        self.thisDevice = thisDevice
        self.history = history
        self.forms = forms
    }

    func title(_ texts: PageTexts) -> String { texts[.securityTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "notices": notices.map { $0.content(texts) }, "hasNotices": !notices.isEmpty,
            "devices": devices.map { device($0, texts) }, "hasDevices": !devices.isEmpty,
            "history": history.map { line in
                [
                    "what": texts.known("event_", line.type.rawValue), "application": line.applicationName,
                    "where": ShownHolder(line.holder, at: line.at).words(texts),
                ] as PageContent
            }, "hasNone": history.isEmpty, "form": forms.endEverything.content,
        ]
    }

    private func device(_ known: KnownDevice, _ texts: PageTexts) -> PageContent {
        let name = Device(known.holder.agent).name(texts)
        return [
            "deviceName": name, "isThisDevice": known.id == thisDevice, "reference": known.id.hex,
            "firstSeen": PageTime(known.firstSeenAt).content(texts),
            "lastSeen": PageTime(known.lastSeenAt).content(texts),
            "address": known.holder.address == .unknown ? nil : known.holder.address.text,
            "forgetLabel": texts.text(.forgetDeviceOn, name), "form": forms.forgetDevice.content,
        ]
    }

    /// What a person's own history shows; everything else is the operator's.
    static let shownTypes: Set<EventType> = [
        .signInSucceeded, .signInFailed, .lockout, .lockoutEnded, .newDevice, .refreshTheft, .sessionContinuesElsewhere,
        .sessionEnded,
        .signedOut, .applicationEnded, .consentGranted, .consentWithdrawn, .passwordChanged, .passwordReset,
        .passwordResetRequested, .emailChanged, .confirmedByPerson, .codeReplayed, .deviceForgotten, .userRegistered,
        .invitationAccepted,
    ]
}
