import OAuth
import Storage

/// What a person was told, in the words of its letter.
struct ShownNotice: Sendable {
    let notice: Notice
    /// As people know it; nil for our own pages.
    let applicationName: String?

    init(_ notice: Notice, names: [ClientID: String?]) {
        self.notice = notice
        applicationName = notice.event.client.map { (names[$0] ?? nil) ?? $0.text }
    }

    func content(_ texts: PageTexts) -> PageContent {
        let theft = TheftDetail(json: notice.event.detail)
        return [
            "noticeTitle": texts.known("letter_subject_", notice.kind.rawValue), "noticeText": text(theft, texts),
            "noticeFacts": facts(theft, texts), "at": PageTime(notice.event.at).content(texts),
            "isUnread": notice.readAt == nil,
            "answer": notice.answer.flatMap { texts.known("notice_answer_", $0.rawValue) },
        ]
    }

    private func text(_ theft: TheftDetail?, _ texts: PageTexts) -> String {
        guard let theft else { return texts.known("letter_text_", notice.kind.rawValue) ?? "" }
        let what = texts.text(theft.theft == .late ? .letterTheftLate : .letterTheftStale, applicationName ?? "")
        return [what, texts.known("letter_theft_ended_", theft.ended.rawValue) ?? ""].joined(separator: " ")
    }

    private func facts(_ theft: TheftDetail?, _ texts: PageTexts) -> [PageContent] {
        var facts: [(TextKey, Holder, Milliseconds)] = []
        if let theft { facts.append((.letterHolderBefore, theft.lastRotationBy, theft.lastRotationAt)) }
        facts.append((theft == nil ? .letterWhere : .letterHolderNow, notice.event.holder, notice.event.at))
        return facts.map { name, holder, at in
            ["factName": texts[name], "factValue": ShownHolder(holder, at: at).words(texts)]
        }
    }
}

/// When and where somebody was, on one line.
struct ShownHolder: Sendable {
    let holder: Holder
    let at: Milliseconds

    init(_ holder: Holder, at: Milliseconds) {
        self.holder = holder
        self.at = at
    }

    func words(_ texts: PageTexts) -> String {
        let place = holder.address == .unknown ? nil : holder.address.text
        return [PageTime(at).words(texts), Device(holder.agent).name(texts), place].compactMap(\.self)
            .joined(separator: ", ")
    }
}
