import ReaperKit
import Testing

@Suite("secret mask")
struct SecretMaskTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var arguments: [ByteString]
        var want: [ByteString]

        init(_ name: String, _ arguments: [ByteString], _ want: [ByteString]) {
            testDescription = name
            self.arguments = arguments
            self.want = want
        }
    }

    private static let token = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
    private static let webToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

    private static let cases = [
        Case("a flag and its word", ["a", "--token", "x"], ["a", "--token", "***"]),
        Case("a flag and another flag", ["a", "--auth", "--all"], ["a", "--auth", "--all"]),
        Case("a flag with =", ["a", "--db-password=x y"], ["a", "--db-password=***"]),
        Case("a property", ["java", "-Ddb.password=x"], ["java", "-Ddb.password=***"]),
        Case("a variable", ["env", "API_KEY=x", "b"], ["env", "API_KEY=***", "b"]),
        Case("letter case", ["env", "Api_Key=x"], ["env", "Api_Key=***"]),
        Case("no value", ["env", "TOKEN=", "b"], ["env", "TOKEN=", "b"]),
        Case("an erlang cookie", ["erl", "-setcookie", "x"], ["erl", "-setcookie", "***"]),
        Case(
            "a password in a URL",
            ["a", "postgres://bob:s3cret@db/x?y=1"],
            ["a", "postgres://bob:***@db/x?y=1"]
        ),
        Case("a @ in the password", ["a", "http://u:p@q@h/"], ["a", "http://u:***@h/"]),
        Case("a user in a URL", ["git", "ssh://git@host/x"], ["git", "ssh://git@host/x"]),
        Case("a port in a URL", ["a", "http://h:80/a@b"], ["a", "http://h:80/a@b"]),
        Case(
            "a token for a user",
            ["git", "https://0123456789abcdef01@host/x"],
            ["git", "https://***@host/x"]
        ),
        Case(
            "a header argument",
            ["curl", "-H", "Authorization: Bearer abc def"],
            ["curl", "-H", "Authorization: ***"]
        ),
        Case(
            "a header without a space",
            ["curl", "-H", "X-Api-Key:abc"],
            ["curl", "-H", "X-Api-Key:***"]
        ),
        Case(
            "a header inside a script",
            ["sh", "-c", "curl -H 'Authorization: Bearer x' http://h"],
            ["sh", "-c", "curl -H 'Authorization: ***' http://h"]
        ),
        Case(
            "an assignment inside a script",
            ["sh", "-c", "TOKEN=x ./run --port 1; echo"],
            ["sh", "-c", "TOKEN=*** ./run --port 1; echo"]
        ),
        Case(
            "a quoted assignment inside a script",
            ["sh", "-c", "TOKEN='x y' ./run"],
            ["sh", "-c", "TOKEN=*** ./run"]
        ),
        Case(
            "a flag inside a script",
            ["sh", "-c", "run --password \"x y\" -v"],
            ["sh", "-c", "run --password *** -v"]
        ),
        Case(
            "a JSON member",
            ["a", #"{"password": "x", "host": "h"}"#],
            ["a", #"{"password": "***", "host": "h"}"#]
        ),
        Case("a query", ["a", "http://h/?token=x&y=1"], ["a", "http://h/?token=***&y=1"]),
        Case("a web token", ["a", ByteString(webToken)], ["a", "***"]),
        Case(
            "a web token in text",
            ["a", "x:\(webToken),y"].map { ByteString("\($0)") },
            ["a", "x:***,y"]
        ),
        Case("an AWS key", ["a", "k=AKIAIOSFODNN7EXAMPLE"], ["a", "k=***"]),
        Case("a GitHub token", ["a", ByteString("x \(token) y")], ["a", "x *** y"]),
        Case(
            "a private key",
            ["a", "-----BEGIN RSA PRIVATE KEY-----\nMII"],
            ["a", "***"]
        ),
        Case(
            "mysql",
            ["/usr/bin/mysql", "-psecret", "-u", "x"],
            ["/usr/bin/mysql", "-p***", "-u", "x"]
        ),
        Case("curl", ["curl", "-u", "bob:x", "h"], ["curl", "-u", "bob:***", "h"]),
        Case("sshpass", ["sshpass", "-p", "x", "ssh"], ["sshpass", "-p", "***", "ssh"]),
        Case(
            "bytes around it",
            ["a", ByteString(Array("TOKEN=".utf8) + [0xff])],
            ["a", "TOKEN=***"]
        ),

        Case("sudo mysql", ["sudo", "mysql", "-px"], ["sudo", "mysql", "-p***"]),
        Case("openssl", ["openssl", "-passin", "pass:x"], ["openssl", "-passin", "***"]),
        Case("a profile", ["a", "SECRET_PROFILE=x"], ["a", "SECRET_PROFILE=***"]),
        Case("a file in one word", ["a", "TOKENFILE=/x"], ["a", "TOKENFILE=/x"]),
        Case("a port flag", ["a", "-p8080"], ["a", "-p8080"]),
        Case(
            "an author",
            ["git", "--author=me", "GIT_AUTHOR_NAME=x"],
            ["git", "--author=me", "GIT_AUTHOR_NAME=x"]
        ),
        Case("a tokenizer", ["a", "--tokenizer", "gpt2"], ["a", "--tokenizer", "gpt2"]),
        Case("a path of a secret", ["a", "--token-file", "/x"], ["a", "--token-file", "/x"]),
        Case("a working directory", ["env", "PWD=/x"], ["env", "PWD=/x"]),
        Case("a bypass", ["a", "--bypass", "x"], ["a", "--bypass", "x"]),
        Case("an image", ["docker", "run", "r/auth:1.2"], ["docker", "run", "r/auth:1.2"]),
        Case(
            "a plain word",
            ["eyJ", "AKIA", "ghp_x", "a.b.c"],
            ["eyJ", "AKIA", "ghp_x", "a.b.c"]
        ),
        Case("other bytes", ["a", ByteString([0xff, 0x00])], ["a", ByteString([0xff, 0x00])]),
    ]

    @Test("hides secrets and nothing else", arguments: cases)
    private func masks(_ testCase: Case) {
        #expect(SecretMask.masked(arguments: testCase.arguments) == testCase.want)
    }

    @Test("an environment entry is hidden to its end")
    func environment() {
        let entries: [ByteString] = ["DB_PASSWORD=a b;c", "PATH=/bin", "URL=amqp://u:p@h"]
        let want: [ByteString] = ["DB_PASSWORD=***", "PATH=/bin", "URL=amqp://u:***@h"]
        #expect(SecretMask.masked(environment: entries) == want)
    }

    @Test("text cut anywhere neither traps nor shows the secret")
    func prefixes() {
        let script =
            #"x='--token "a' curl -H 'Authorization: Bearer s3cret' u://a:s3cret@h "pass": "#
        for end in 0...script.utf8.count {
            let part = ByteString(script.utf8.prefix(end))
            #expect(!SecretMask.masked(text: part).text.contains("s3cret"))
        }
    }
}
