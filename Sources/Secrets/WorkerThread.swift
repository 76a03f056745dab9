#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A thread of the system with a name and a priority of its own.
package enum WorkerThread {
    private static let stackBytes = 524_288

    private final class Body: Sendable {
        let name: String
        let niceness: Int32
        let run: @Sendable () -> Void

        init(name: String, niceness: Int32, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.niceness = niceness
            self.run = run
        }

        func start() {
            #if canImport(Glibc)
                // Linux names and prioritises each thread by itself. Neither is needed for the work: faults pass.
                let thisThread = __priority_which_t(PRIO_PROCESS.rawValue)
                _ = setpriority(thisThread, 0, min(getpriority(thisThread, 0) + niceness, Self.lowestPriority))
                setName()
            #else
                pthread_setname_np(name)
                pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0)
            #endif
            run()
        }

        #if canImport(Glibc)
            private static let lowestPriority: Int32 = 19
            private static let maximumNameBytes = 15

            private func setName() {
                let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
                guard descriptor >= 0 else { return }
                defer { close(descriptor) }
                _ = write(descriptor, name, min(name.utf8.count, Self.maximumNameBytes))
            }
        #endif
    }

    /// Starts a detached thread; it ends with `run`.
    package static func start(
        _ name: String, niceness: Int32, run: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let body = Unmanaged.passRetained(Body(name: name, niceness: niceness, run: run))
        let code = withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { attributes in
            guard let attributes = attributes.baseAddress else { return ENOMEM }
            pthread_attr_init(attributes)
            defer { pthread_attr_destroy(attributes) }
            pthread_attr_setstacksize(attributes, stackBytes)
            pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
            return start(body.toOpaque(), attributes)
        }
        guard code == 0 else {
            body.release()
            throw SystemError(code: code)
        }
    }

    private static func start(_ body: UnsafeMutableRawPointer, _ attributes: UnsafePointer<pthread_attr_t>) -> Int32 {
        #if canImport(Glibc)
            var thread = pthread_t()
            return pthread_create(
                &thread, attributes,
                { context in
                    guard let context else { return nil }
                    Unmanaged<Body>.fromOpaque(context).takeRetainedValue().start()
                    return nil
                }, body)
        #else
            var thread: pthread_t?
            return pthread_create(
                &thread, attributes,
                { context in
                    Unmanaged<Body>.fromOpaque(context).takeRetainedValue().start()
                    return nil
                }, body)
        #endif
    }
}
