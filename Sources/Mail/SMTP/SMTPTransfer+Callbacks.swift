import CCurl

/// The functions that libcurl calls, each with the transfer that it was given.
extension SMTPTransfer {
    static var readFunction: curl_read_callback {
        { buffer, size, count, context in
            guard let buffer, let transfer = SMTPTransfer.of(context) else { return Int(CURL_READFUNC_ABORT) }
            let room = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
            return transfer.read(into: room) ?? Int(CURL_READFUNC_ABORT)
        }
    }

    /// A line of the server's; fewer bytes taken than given end the transfer.
    static var headerFunction: curl_write_callback {
        { line, size, count, context in
            guard let line, let transfer = SMTPTransfer.of(context) else { return 0 }
            return transfer.note(line: UnsafeRawBufferPointer(start: line, count: size * count)) ? size * count : 0
        }
    }

    /// Called at least once a second.
    static var progressFunction: curl_xferinfo_callback {
        { context, _, _, _, _ in SMTPTransfer.of(context)?.isToEnd == false ? 0 : 1 }
    }

    /// Sees what is sent, the password too: only known commands are looked at, and nothing is kept.
    static var debugFunction: curl_debug_callback {
        { _, kind, data, size, context in
            if kind == CURLINFO_HEADER_OUT, let data, let transfer = SMTPTransfer.of(context) {
                transfer.note(command: UnsafeRawBufferPointer(start: data, count: size))
            }
            return 0
        }
    }

    /// Good while the transfer is held by whoever gave it to libcurl.
    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    private static func of(_ context: UnsafeMutableRawPointer?) -> SMTPTransfer? {
        context.map { Unmanaged<SMTPTransfer>.fromOpaque($0).takeUnretainedValue() }
    }
}
