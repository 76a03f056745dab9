import Foundation
import TykvaServer

/// What the system allows this process, set when the server starts.
enum ProcessLimits {
    /// Keeps passwords and keys in memory: a crash writes none of it to a disk.
    ///
    /// One byte and not none: Linux hands a dump to a program such as a collector of crashes whatever the limit is,
    /// except at exactly this value (core(5), `core_pattern`).
    static func forbidCoreDumps() {
        guard var limit = current(RLIMIT_CORE) else { return }
        limit.rlim_cur = min(1, limit.rlim_max)
        limit.rlim_max = limit.rlim_cur
        _ = set(RLIMIT_CORE, limit)
    }

    /// Raises the number of open files to what the process may have.
    ///
    /// A server out of descriptors accepts nothing, again and again, on a whole core.
    /// - Throws: `ConfigurationFaults` when it is too small for the connections that the settings allow.
    static func makeRoom(for settings: Settings) throws {
        guard var limit = current(RLIMIT_NOFILE) else { return }
        if limit.rlim_cur < limit.rlim_max {
            let before = limit.rlim_cur
            limit.rlim_cur = limit.rlim_max
            if !set(RLIMIT_NOFILE, limit) { limit.rlim_cur = before }
        }
        let needed = settings.maximumConnections + settings.databaseConnections + Limits.otherDescriptors
        guard limit.rlim_cur < rlim_t(needed) else { return }
        throw ConfigurationFaults(sentences: [
            "maximum_connections: \(settings.maximumConnections) connections need \(needed) open files, and the system "
                + "allows this process \(limit.rlim_cur): raise that limit (LimitNOFILE= of systemd, ulimit -n) or "
                + "lower this setting"
        ])
    }

    #if canImport(Glibc)
        private typealias Resource = __rlimit_resource

        private static func current(_ resource: Resource) -> rlimit? {
            var limit = rlimit()
            return getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 ? limit : nil
        }

        private static func set(_ resource: Resource, _ limit: rlimit) -> Bool {
            var limit = limit
            return setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0
        }
    #else
        private static func current(_ resource: Int32) -> rlimit? {
            var limit = rlimit()
            return getrlimit(resource, &limit) == 0 ? limit : nil
        }

        private static func set(_ resource: Int32, _ limit: rlimit) -> Bool {
            var limit = limit
            return setrlimit(resource, &limit) == 0
        }
    #endif
}
