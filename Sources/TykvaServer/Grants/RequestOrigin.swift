package import OAuth

/// Where a request comes from, for events and for the retry window.
package struct RequestOrigin: Hashable, Sendable {
    package let holder: Holder
    /// Stands in the log, the answer and the audit log alike.
    package let requestID: String

    package init(holder: Holder, requestID: String) {
        self.holder = holder
        self.requestID = requestID
    }
}
