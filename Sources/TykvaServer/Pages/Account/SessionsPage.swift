import OAuth

/// Shows a person where they are signed in and with which applications, and ends any of it.
struct SessionsPage: Page {
    static let template = PageTemplate.sessions

    /// A session: one sign-in, on one device.
    struct Session: Sendable {
        let id: SessionID
        let agent: UserAgent
        /// The network address, as text.
        let address: String?
        let firstUse: Milliseconds
        let lastUse: Milliseconds
        /// Whether it is the one in which the page is read.
        let isCurrent: Bool
        let applications: [Application]

        init(
            id: SessionID, agent: UserAgent, address: String?, firstUse: Milliseconds, lastUse: Milliseconds,
            isCurrent: Bool, applications: [Application]
        ) {
            self.id = id
            self.agent = agent
            self.address = address
            self.firstUse = firstUse
            self.lastUse = lastUse
            self.isCurrent = isCurrent
            self.applications = applications
        }
    }

    /// An application in a session.
    struct Application: Sendable {
        let client: ShownClient
        var lastUse: Milliseconds
        /// Whether it goes on when the person signs out (`offline_access`).
        var outlivesSignOut: Bool
    }

    /// One form a kind; each button is a form with the same token.
    struct Forms: Sendable {
        /// Field `session`.
        let endSession: PageForm
        /// Fields `session` and `application`.
        let endApplication: PageForm
        let endOthers: PageForm

        init(endSession: PageForm, endApplication: PageForm, endOthers: PageForm) {
            self.endSession = endSession
            self.endApplication = endApplication
            self.endOthers = endOthers
        }
    }

    /// What was done by the form before.
    enum Done: Sendable {
        case sessionEnded, applicationEnded, othersEnded
    }

    let account: AccountFrame?
    let sessions: [Session]
    let forms: Forms
    /// Whether it is the first of the pages.
    let isFirst: Bool
    /// Where those are that were made before these; nil when there are none.
    let older: String?
    let done: Done?

    /// - Parameter sessions: The current one first.
    init(
        _ frame: AccountFrame, _ sessions: [Session], forms: Forms, isFirst: Bool = true, older: String? = nil,
        done: Done? = nil
    ) {
        account = frame.at(.sessions)
        self.sessions = sessions
        self.forms = forms
        self.isFirst = isFirst
        self.older = older
        self.done = done
    }

    func title(_ texts: PageTexts) -> String { texts[.sessionsTitle] }

    func content(_ texts: PageTexts) -> PageContent {
        [
            "notice": done.map { texts[Self.key($0)] },
            "sessions": sessions.map { content($0, texts) }, "hasNone": sessions.isEmpty,
            "endOthers": isFirst && !sessions.contains { !$0.isCurrent } ? nil : forms.endOthers.content,
            "older": older, "isLater": !isFirst, "isPaged": !isFirst || older != nil,
        ]
    }

    private func content(_ session: Session, _ texts: PageTexts) -> PageContent {
        let device = Device(session.agent)
        let name = device.name(texts)
        return [
            "form": session.isCurrent ? nil : forms.endSession.content, "sessionID": session.id.text,
            "device": name, "isPhone": device.kind == .phone, "isProgram": device.kind == .program,
            "isComputer": device.kind == .computer, "address": session.address, "isThisDevice": session.isCurrent,
            "firstUse": PageTime(session.firstUse).content(texts),
            "lastUse": PageTime(session.lastUse).content(texts), "hasApplications": !session.applications.isEmpty,
            "endSessionLabel": texts.text(.endSessionOn, name),
            "applications": session.applications.map { content($0, texts) },
        ]
    }

    private func content(_ application: Application, _ texts: PageTexts) -> PageContent {
        [
            "form": forms.endApplication.content, "client": application.client.content,
            "reference": application.client.id.text, "applicationUse": PageTime(application.lastUse).content(texts),
            "outlivesSignOut": application.outlivesSignOut,
            "endApplicationLabel": texts.text(.endApplicationNamed, application.client.name),
        ]
    }

    private static func key(_ done: Done) -> TextKey {
        switch done {
        case .sessionEnded: .sessionEnded
        case .applicationEnded: .applicationEnded
        case .othersEnded: .othersEnded
        }
    }
}
