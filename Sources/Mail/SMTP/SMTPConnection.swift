import CCurl
import OAuth
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A connection to the mail server by libcurl: the first message opens it, and the next ones find it open.
///
/// Used by one thread at a time. Where it is let go, it takes its leave of the server.
final class SMTPConnection: Sendable {
    /// Servers end a connection that brings too many.
    static let maximumMessages = 100
    /// Slower than this for `Limits.lowSpeedSeconds` is no transfer any more.
    private static let lowSpeedBytesPerSecond = 100

    // Each is used by the thread that has the connection at the time.
    private nonisolated(unsafe) let handle: UnsafeMutableRawPointer
    private nonisolated(unsafe) let errorText: UnsafeMutablePointer<CChar>
    private let server: SMTPServer
    private let messages = Atomic<Int>(0)

    init(to server: SMTPServer, limits: Mailer.Limits) throws(Libcurl.Failure) {
        guard Libcurl.start == CURLE_OK else { throw Libcurl.Failure(code: Libcurl.start) }
        guard let handle = curl_easy_init() else { throw Libcurl.Failure(code: CURLE_FAILED_INIT) }
        self.handle = handle
        self.server = server
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try setServer()
        try setCredentials()
        try setLimits(limits)
        try setFunctions()
    }

    deinit {
        var socket = curl_socket_t(-1)
        if ccurl_get_socket(handle, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK, socket >= 0 {
            // We say QUIT and are gone: libcurl would wait two minutes for an answer that changes nothing.
            shutdown(socket, Int32(SHUT_RD))
        }
        curl_easy_cleanup(handle)
        errorText.deallocate()
    }

    /// Whether it has carried a message already, so that the server may have ended it meanwhile.
    var isUsed: Bool { messages.load(ordering: .relaxed) > 0 }
    var isWorn: Bool { messages.load(ordering: .relaxed) >= Self.maximumMessages }

    /// Hands a message over, and waits for the server's word.
    ///
    /// - Returns: Why it was not accepted; nil when it was.
    func send(_ transfer: SMTPTransfer, within limit: Duration) -> MailError.Cause? {
        guard let recipients = curl_slist_append(nil, "<\(transfer.letter.recipient)>") else {
            return .library(Libcurl.words(CURLE_OUT_OF_MEMORY))
        }
        defer { curl_slist_free_all(recipients) }
        do throws(Libcurl.Failure) {
            // Libcurl borrows the list and the transfer.
            defer { forget() }
            try lend(transfer, recipients)
            try set(CURLOPT_TIMEOUT_MS, max(Int(limit.wholeMilliseconds), 1))
            errorText.pointee = 0
            let code = withExtendedLifetime(transfer) { curl_easy_perform(handle) }
            messages.add(1, ordering: .relaxed)
            let words = String(cString: errorText)
            return MailError.Cause(code, transfer, words.isEmpty ? Libcurl.words(code) : words)
        } catch {
            return .library(error.words)
        }
    }

    private func setServer() throws(Libcurl.Failure) {
        // Every part has been checked. The path is the name that we say.
        try set(CURLOPT_URL, "\(server.address.scheme.rawValue)://\(server.address)/\(server.clientName)")
        try set(CURLOPT_PROTOCOLS_STR, server.address.scheme.rawValue)
        // Nothing of the environment leads elsewhere.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        let isEncrypted = server.encryption != .none
        try set(CURLOPT_USE_SSL, Int((isEncrypted ? CURLUSESSL_ALL : CURLUSESSL_NONE).rawValue))
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        if let path = server.authorityPath {
            try set(CURLOPT_CAINFO, path)
            // Else the system's authorities count as well.
            try set(CURLOPT_CAPATH, nil)
        }
    }

    private func setCredentials() throws(Libcurl.Failure) {
        guard let credentials = server.credentials else { return }
        try set(CURLOPT_USERNAME, credentials.user)
        try check(credentials.password.withCString { ccurl_set_string(handle, CURLOPT_PASSWORD, $0) })
    }

    private func setLimits(_ limits: Mailer.Limits) throws(Libcurl.Failure) {
        try set(CURLOPT_NOSIGNAL, 1)
        // A name that is not found in time does not hold us up.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connect.wholeMilliseconds))
        try set(CURLOPT_LOW_SPEED_LIMIT, Self.lowSpeedBytesPerSecond)
        try set(CURLOPT_LOW_SPEED_TIME, limits.lowSpeedSeconds)
    }

    private func setFunctions() throws(Libcurl.Failure) {
        try check(ccurl_set_read_function(handle, SMTPTransfer.readFunction))
        try check(ccurl_set_header_function(handle, SMTPTransfer.headerFunction))
        try check(ccurl_set_progress_function(handle, SMTPTransfer.progressFunction))
        try check(ccurl_set_debug_function(handle, SMTPTransfer.debugFunction))
        try check(ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText))
        try set(CURLOPT_NOPROGRESS, 0)
        // Lets the debug function see which command was sent.
        try set(CURLOPT_VERBOSE, 1)
        try set(CURLOPT_UPLOAD, 1)
    }

    private static let borrowers = [CURLOPT_READDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA, CURLOPT_DEBUGDATA]

    private func lend(
        _ transfer: SMTPTransfer, _ recipients: UnsafeMutablePointer<curl_slist>
    ) throws(Libcurl.Failure) {
        for option in Self.borrowers { try check(ccurl_set_pointer(handle, option, transfer.context)) }
        try set(CURLOPT_MAIL_FROM, "<\(transfer.letter.sender)>")
        try check(ccurl_set_list(handle, CURLOPT_MAIL_RCPT, recipients))
        // Told to the server beforehand (RFC 1870).
        try check(ccurl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(transfer.letter.bytes.count)))
    }

    private func forget() {
        for option in Self.borrowers { ccurl_set_pointer(handle, option, nil) }
        ccurl_set_list(handle, CURLOPT_MAIL_RCPT, nil)
    }

    private func set(_ option: CURLoption, _ value: Int) throws(Libcurl.Failure) {
        try check(ccurl_set_long(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: String?) throws(Libcurl.Failure) {
        try check(ccurl_set_string(handle, option, value))
    }

    private func check(_ code: CURLcode) throws(Libcurl.Failure) {
        guard code == CURLE_OK else { throw Libcurl.Failure(code: code) }
    }
}
