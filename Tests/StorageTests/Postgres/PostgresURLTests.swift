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
        "postgres://u@/d", "postgres://u@localhost/d", "postgresql://u@127.0.0.9:5433/d", "postgres://u@[::1]/d",
        "postgres://u@/d?host=/run/postgresql",
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
}
