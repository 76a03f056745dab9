import CCurl

/// The library itself, set up once for the process.
enum Libcurl {
    /// Why an option was not taken: then nothing is sent, because options are what protects the way.
    struct Failure: Error {
        let code: CURLcode

        var words: String { Libcurl.words(code) }
    }

    static let start: CURLcode = ccurl_global_init()

    /// For the thread that calls this: a connection that breaks does not end the process.
    static func blockBrokenPipes() { ccurl_block_sigpipe() }

    static func words(_ code: CURLcode) -> String { String(cString: curl_easy_strerror(code)) }
}
