import OAuth
import Storage

/// Shows a person what happened to their account and what they were told, and ends everything at once.
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
    let history: [Line]
    let endEverything: PageForm

    init(_ frame: AccountFrame, notices: [ShownNotice], history: [Line], endEverything: PageForm) {
        account = frame.at(.security)
        self.notices = notices
        self.history = history
        self.endEverything = endEverything
    }

    func title(_ texts: PageTexts) -> String { texts[.securityTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "notices": notices.map { $0.content(texts) }, "hasNotices": !notices.isEmpty,
            "history": history.map { line in
                [
                    "what": texts.known("event_", line.type.rawValue), "application": line.applicationName,
                    "where": ShownHolder(line.holder, at: line.at).words(texts),
                ] as PageContent
            }, "hasNone": history.isEmpty, "form": endEverything.content,
        ]
    }

    /// What a person's own history shows; everything else is the operator's.
    static let shownTypes: Set<EventType> = [
        .signInSucceeded, .signInFailed, .newDevice, .refreshTheft, .sessionContinuesElsewhere, .sessionEnded,
        .signedOut, .applicationEnded, .consentGranted, .consentWithdrawn, .passwordChanged, .passwordReset,
        .passwordResetRequested, .emailChanged, .confirmedByPerson, .codeReplayed,
    ]
}
