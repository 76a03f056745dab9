import OAuth
import Testing

@testable import Storage

@Suite struct PostgresURLTests {
    @Test func `host, port, user and database are read, and the defaults are ours`() throws {
        let url = try PostgresURL("postgres://tykva@db1.example.com:6432,db2.example.com/auth?prepared=off")
        #expect(url.parameters["host"] == "db1.example.com,db2.example.com")
        #expect(url.parameters["user"] == "tykva")
        #expect(url.parameters["dbname"] == "auth")
        #expect(url.parameters["application_name"] == "tykva")
        #expect(url.parameters["target_session_attrs"] == "read-write")
        #expect(url.parameters["sslmode"] == "verify-full")
        #expect(!url.isPrepared)
    }

    @Test(arguments: [
        "postgres://u@localhost/d", "postgresql://u@127.0.0.9:5433/d", "postgres://u@[::1]/d",
        "postgres://u@/d?host=/run/postgresql", "postgres://u@%2Frun%2Fpostgresql/d", "postgres://u@/d?hostaddr=::1",
    ])
    func `on this machine encryption may be left out`(_ text: String) throws {
        #expect(try PostgresURL(text).parameters["sslmode"] == "prefer")
    }

    @Test(arguments: [
        "postgres://u@10.0.0.1/d", "postgres://u@localhost,db2/d", "postgres://u@localhost/d?hostaddr=10.0.0.1",
        "postgres://u@localhost.example.com/d",
    ])
    func `elsewhere the server's certificate and name are checked`(_ text: String) throws {
        #expect(try PostgresURL(text).parameters["sslmode"] == "verify-full")
    }

    @Test func `what is said wins over what is usual`() throws {
        let url = try PostgresURL("postgres://u@db/d?sslmode=require&application_name=mine&prepared=on")
        #expect(url.parameters["sslmode"] == "require")
        #expect(url.parameters["application_name"] == "mine")
        #expect(url.isPrepared)
    }

    @Test(arguments: [
        "mysql://u@h/d", "postgres:", "postgres://u:geheim@h/d", "postgres://u@h/d?password=geheim",
        "postgres://u@h/d?sslpassword=geheim", "postgres://u@h:port/d?bogus=geheim",
        "postgres://u@h/d?prepared=perhaps",
        "postgres://u@h/d?prepared=on&prepared=off", "postgres://u@h/d?target_session_attrs=standby",
        "postgres://u@/geheim", "postgres://u@h,/geheim", "postgres://h/geheim", "postgres://u@h/d?service=geheim",
        "postgres://u@h:0/geheim", "postgres://u@h:65536/geheim", "postgres://u@h:5,h:6,i:7/d?port=5,6",
        "postgres://u@h,i/d?hostaddr=10.0.0.1", "postgres://u@h/d?sslmode=geheim",
        "postgres://u@h/d?sslrootcert=/nowhere.pem",
        "postgres://u@h/%00geheim", "postgres://" + String(repeating: "h", count: 2048),
    ])
    func `anything else is refused, and nothing of it is repeated`(_ text: String) {
        let refusal = #expect(throws: InvalidValue.self) { _ = try PostgresURL(text) }
        #expect(refusal.map { !$0.description.contains("geheim") } == true)
    }

    @Test func `a password from a file is used and never shown`() throws {
        let url = try PostgresURL("postgres://u@db/d").with(password: "geheim")
        #expect(url.parameters["password"] == "geheim")
        var dumped = ""
        dump(url, to: &dumped)
        for text in ["\(url)", String(reflecting: url), dumped] { #expect(!text.contains("geheim")) }
    }

    @Test func `a URL of several servers is one of each`() throws {
        let url = try PostgresURL("postgres://u@db1:6432,db2:7432/d?application_name=mine")
        #expect(url.servers.map { $0.parameters["host"] } == ["db1", "db2"])
        #expect(url.servers.map { $0.parameters["port"] } == ["6432", "7432"])
        #expect(url.servers.map(\.description) == ["db1:6432/d", "db2:7432/d"])
        #expect(url.servers.allSatisfy { $0.parameters["application_name"] == "mine" })
        let addresses = try PostgresURL("postgres://u@db1,db2/d?hostaddr=10.0.0.1,10.0.0.2&port=6432")
        #expect(addresses.servers.map { $0.parameters["hostaddr"] } == ["10.0.0.1", "10.0.0.2"])
        #expect(addresses.servers.map { $0.parameters["port"] } == ["6432", "6432"])
        // Else libpq would take the name from PGHOST.
        #expect(try PostgresURL("postgres://u@/d?hostaddr=::1").servers.map { $0.parameters["host"] } == ["::1"])
    }

    @Test func `the environment makes the way safer and never less safe`() throws {
        func mode(_ text: String, _ environment: [String: String]) throws -> String? {
            try PostgresURL(text, environment: environment).parameters["sslmode"]
        }
        #expect(try mode("postgres://u@localhost/d", ["PGSSLMODE": "verify-full"]) == "verify-full")
        #expect(try mode("postgres://u@localhost/d", ["PGSSLMODE": "disable"]) == "prefer")
        #expect(try mode("postgres://u@db/d", ["PGSSLMODE": "disable"]) == "verify-full")
        #expect(try mode("postgres://u@db/d?sslmode=require", ["PGSSLMODE": "verify-full"]) == "require")
        #expect(try mode("postgres://u@localhost/d", ["PGHOSTADDR": "10.0.0.1"]) == "verify-full")
        #expect(try mode("postgres://u@localhost/d", ["PGHOSTADDR": ""]) == "prefer")
        #expect(throws: InvalidValue.self) { _ = try mode("postgres://u@db/d", ["PGSERVICE": "prod"]) }
        #expect(throws: InvalidValue.self) { _ = try mode("postgres://u@a,b/d", ["PGHOSTADDR": "10.0.0.1"]) }
    }

    @Test(arguments: [
        (["sslmode": "verify-full"], true), (["sslmode": "verify-ca"], true), (["sslmode": "require"], false),
        (["sslmode": "prefer"], false), (["sslmode": "verify-full", "sslrootcert": "/own.pem"], false),
    ])
    func `who is to be verified is so by the system's authorities when none are named`(
        _ parameters: [String: String], _ isSystem: Bool
    ) {
        let environment = ["HOME": "/nowhere"]
        let found = PostgresTrust.authorities(for: parameters, environment, system: "/etc/passwd")
        #expect(found == (isSystem ? ["sslrootcert": "/etc/passwd"] : [:]))
        #expect(PostgresTrust.authorities(for: parameters, ["PGSSLROOTCERT": "/x"], system: "/etc/passwd").isEmpty)
    }

    @Test(arguments: [
        (
            "FATAL:  53300: sorry, too many clients already\nLOCATION:  InitProcess, proc.c:1\n",
            "lower database_connections"
        ),
        ("FATAL:  08P01: unsupported startup parameter: options\n", "add ?prepared=off"),
        ("fe_sendauth: no password supplied\n", "give it by database_password_file"),
        ("SSL error: certificate verify failed\n", "?sslrootcert=FILE"),
        (
            "root certificate file \"/x\" does not exist\n"
                + "Either provide the file or change sslmode to disable server certificate verification.\n",
            "?sslrootcert=FILE"
        ),
    ])
    func `words of libpq come in one line with what to do`(_ text: String, _ advice: String) {
        let line = PostgresAdvice.connecting("connection to server at \"127.0.0.1\", port 1 failed: " + text)
        #expect(line.contains(advice))
        for word in ["\n", "LOCATION", "53300", "08P01", "change sslmode"] { #expect(!line.contains(word)) }
        #expect(line.hasPrefix("connection to server at"))
    }
}
