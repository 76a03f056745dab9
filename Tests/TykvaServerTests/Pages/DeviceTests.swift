import OAuth
import Testing

@testable import TykvaServer

@Suite struct DeviceTests {
    @Test(arguments: [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux",
            Device.Kind.computer
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36",
            "Chrome on Windows", .computer
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
            "Edge on Windows", .computer
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.1 Safari/605.1.15",
            "Safari on macOS", .computer
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) CriOS/142.0 Mobile Safari/604.1",
            "Chrome on iPhone", .phone
        ),
        (
            "Mozilla/5.0 (Linux; Android 16; K) SamsungBrowser/29.0 Chrome/136.0 Mobile Safari/537.36",
            "Samsung Internet on Android", .phone
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 YaBrowser/25.10 Yowser/2.5 Safari/537.36",
            "Yandex Browser on Windows", .computer
        ),
        ("curl/8.5.0", "curl", .program), ("GardenPlanner/3 CFNetwork/1", "GardenPlanner", .program),
        ("Mozilla/5.0 (Nokia3310)", "Unknown device", .computer), ("", "Unknown device", .program),
        ("<script>alert(1)</script>", "Unknown device", .program),
        (String(repeating: "a", count: 200), "Unknown device", .program),
    ])
    func `a device is told in plain words`(_ agent: String, _ name: String, _ kind: Device.Kind) throws {
        let device = Device(UserAgent(agent))
        #expect(device.name(try PageTexts(.en)) == name)
        #expect(device.kind == kind)
    }
}
