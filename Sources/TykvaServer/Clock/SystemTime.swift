package import OAuth

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The machine's clocks, read nowhere else.
package enum SystemTime {
    package static func wall() -> Milliseconds { Milliseconds(read(CLOCK_REALTIME)) }

    /// Milliseconds since the machine was started, those in which it slept among them; no step of the clock moves it.
    package static func monotonic() -> Int64 {
        #if canImport(Glibc)
            read(CLOCK_BOOTTIME)
        #else
            read(CLOCK_MONOTONIC)
        #endif
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
