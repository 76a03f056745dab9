import Secrets
import ServiceLifecycle
import Storage

/// What a mounted issuer rests on: closed when everything else of it has ended.
struct MountedResources: Service {
    let folder: MountedFolder
    let database: any Database
    let passwordHasher: PasswordHasher

    func run() async throws {
        try? await gracefulShutdown()
        passwordHasher.stop()
        await database.close()
        withExtendedLifetime(folder) {}
    }
}
