#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the process begins.
///
/// Not an asynchronous `main`: on Linux the runtime ends the first thread of such a program halfway, and the C library
/// then passes it over when a command run as root becomes the owner of the data folder. It would stay root.
@main
enum Main {
    static func main() {
        // The library's own copies have their bytes mended, so that two users' names could become one.
        guard hasValidArguments else {
            Console.complain("an argument is not UTF-8 text (see --help)")
            ExitStatus.usage.exit()
        }
        // Not here on the first thread, which only waits.
        Task { @concurrent in
            let status = await Tykva.run(Array(CommandLine.arguments.dropFirst()))
            status.exit()
        }
        // Returns after each signal that has a handler.
        while true { pause() }
    }

    private static var hasValidArguments: Bool {
        (0..<Int(CommandLine.argc)).allSatisfy { index in
            CommandLine.unsafeArgv[index].map { String(validatingCString: $0) != nil } ?? true
        }
    }
}
