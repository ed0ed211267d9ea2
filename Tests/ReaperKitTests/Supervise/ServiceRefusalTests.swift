import ReaperKit
import Testing

@Suite("mistakes in service files")
struct ServiceRefusalTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String { text }
        var text: String
        var message: String

        init(_ text: String, _ message: String) {
            self.text = text
            self.message = message
        }
    }

    /// Keys of a service that has a command at 1:14, so that they begin at 1:27.
    static let keys: [Refusal] = [
        Refusal("comand:'y'", "1:27: unknown key 'comand' in a service; did you mean 'command'?"),
        Refusal("command:'y'", "1:27: expected each name once, found 'command' again; it first"),
        Refusal(
            "after:'b'",
            "1:33: expected the name of a service in this file for 'after', found 'b'"
        ),
        Refusal(
            "after:'far'",
            "1:33: expected the name of a service in this file for 'after', found 'far'"
        ),
        Refusal("after:[]", "1:33: expected at least one value for 'after', or no such key"),
        Refusal("after:[7]", "1:34: expected a string for 'after', found a number"),
        Refusal("after:'a'", "1:33: expected another service for 'after', found 'a' itself"),
        Refusal("env:[]", "1:31: expected an object of variables by their names, found an array"),
        Refusal("env:{'':'x'}", "1:32: expected a variable's name without '=', spaces and"),
        Refusal("env:{'A=B':'x'}", "1:32: expected a variable's name without '='"),
        Refusal("env:{'A B':'x'}", "found 'A B'"),
        Refusal("env:{REAPER_KEEP:1}", "1:32: expected a variable other than 'REAPER_KEEP'"),
        Refusal("env:{REAPER_RUN:1}", "1:32: expected a variable other than 'REAPER_RUN'"),
        Refusal(
            "env:{A:true}",
            "1:34: expected a string or a whole number for 'A', found a boolean"
        ),
        Refusal("env:{A:'x\\0'}", "1:34: expected text without NUL for 'A'"),
        Refusal(
            "env:{A:'${X}'}",
            "1:34: '${X}' is not usable here: expected 'X' to be set, or a default, as in '${X:-default}'"
        ),
        Refusal("env:{A:'${EMPTY}'}", "expected 'EMPTY' to be set"),
        Refusal("env:{A:'${X'}", "1:34: '${X' is not a text with variables: expected '}' or ':-'"),
        Refusal("env:{A:'${X:-'}", "expected a '}' for its '${'"),
        Refusal("cwd:''", "1:31: expected text for 'cwd', found an empty string"),
        Refusal("cwd:'a\\0b'", "1:31: expected text without NUL for 'cwd'"),
        Refusal("cwd:'~bob'", "1:31: '~bob' is not a text with variables: expected '~/' or '\\~'"),
        Refusal("cwd:'${X:-}/a'", "an empty one would lead elsewhere"),
        Refusal("cwd:7", "1:31: expected a string for 'cwd', found a number"),
        Refusal(
            "user:'alcie'",
            "1:32: expected a user of this machine, by name or number, for 'user', found 'alcie'; did you mean 'alice'?"
        ),
        Refusal("user:4294967295", "1:32: expected a user from 0 to 4294967294"),
        Refusal("user:-1", "found '-1'"),
        Refusal("stop_signal:'TREM'", "1:39: 'TREM' is not a signal"),
        Refusal("stop_signal:65", "expected a number from 1 to 64"),
        Refusal(
            "stop_timeout:'31s'",
            "1:40: expected at most 30s for 'stop_timeout', found 31s; only the command line may ask for more"
        ),
        Refusal("stop_timeout:-1", "1:40: '-1' is not a duration"),
        Refusal(
            "stop_order:'first'",
            "1:38: expected one of deepest-first, root-first, at-once for 'stop_order', found 'first'"
        ),
        Refusal("stop_order:'at_once'", "did you mean 'at-once'?"),
        Refusal(
            "stop_command:[]",
            "1:40: expected a program for 'stop_command', found an empty array"
        ),
        Refusal("stop_command:{}", "1:40: expected a command line, or an array of a program"),
        Refusal("stop_command:' '", "1:40: expected a command for 'stop_command', found nothing"),
        Refusal("stop_command:['']", "1:41: expected text for 'stop_command', found an empty"),
        Refusal(
            "stop_command:['x',7]",
            "1:45: expected a string for 'stop_command', found a number"
        ),
        Refusal("stop_command:['x','\\0']", "1:45: expected text without NUL"),
        Refusal("ports:0", "1:33: '0' is not a port"),
        Refusal(
            "ports:[80,'htpp']",
            "1:37: 'htpp' is not a port: expected 1 to 65535, or a name from /etc/services such as 'http'"
        ),
        Refusal(
            "process_filters:'*'",
            "1:43: '*': expected a name in it, as it matches everything"
        ),
        Refusal(
            "process_filters:'/bin/x'",
            "1:43: expected a name for 'process_filters', found the path '/bin/x'"
        ),
        Refusal("process_filters:'${X}y'", "1:43: '${X}y' matches nothing: 'X' is not set"),
        Refusal(
            "kill_others:true",
            "1:39: expected 'ports' or 'process_filters' beside 'kill_others'"
        ),
        Refusal(
            "kill_others:'yes'",
            "1:39: expected true or false for 'kill_others', found a string"
        ),
        Refusal(
            "ready:'port'",
            "1:33: expected an object that describes a sign of readiness, found a string"
        ),
        Refusal(
            "ready:{}",
            "1:33: expected one of port, file, line, command, exit in 'ready', found none"
        ),
        Refusal(
            "ready:{port:80,exit:true}",
            "1:33: expected one of port, file, line, command, exit in 'ready', found port and exit"
        ),
        Refusal(
            "ready:{prot:80}",
            "1:34: unknown key 'prot' in a sign of readiness; did you mean 'port'?"
        ),
        Refusal(
            "ready:{port:[80]}",
            "1:39: expected a string or a whole number for 'port', found an array"
        ),
        Refusal("ready:{port:'80-81'}", "1:39: expected one port for 'port', found '80-81'"),
        Refusal("ready:{port:'80,81'}", "expected one port"),
        Refusal("ready:{file:''}", "1:39: expected text for 'file'"),
        Refusal("ready:{line:'(a'}", "1:39: '(a' is not a regular expression"),
        Refusal("ready:{line:''}", "1:39: expected text for 'line'"),
        Refusal("ready:{exit:false}", "1:39: expected true for 'exit', or no such key"),
        Refusal("ready:{exit:1}", "1:39: expected true or false for 'exit', found a number"),
        Refusal("ready:{command:[]}", "1:42: expected a program for 'command'"),
        Refusal("ready:{port:80,timeout:'x'}", "1:50: 'x' is not a duration"),
        Refusal(
            "ready:{port:80,timeout:0}",
            "1:50: expected at least 1ms for 'timeout', found less"
        ),
        Refusal(
            "restart:'alway'",
            "1:35: expected one of never, on-failure, always for 'restart', found 'alway'; did you mean 'always'?"
        ),
        Refusal(
            "restart:true",
            "1:35: expected an object that describes a restart, found a boolean"
        ),
        Refusal("restart:{}", "1:35: expected the key 'mode' in this object"),
        Refusal(
            "restart:{mode:'on_failure'}",
            "1:41: expected one of never, on-failure, always for 'mode', found 'on_failure'; did you mean 'on-failure'?"
        ),
        Refusal(
            "restart:{mode:'always',backof:1}",
            "1:50: unknown key 'backof' in a restart; did you mean 'backoff'?"
        ),
        Refusal(
            "restart:{mode:'always',backoff:31}",
            "1:58: expected at most 30s for 'backoff', found 31s"
        ),
        Refusal(
            "restart:{mode:'always',backoff:'0s'}",
            "1:58: expected at least 1ms for 'backoff'"
        ),
        Refusal(
            "restart:{mode:'always',limit:0}",
            "1:56: expected a whole number from 1 to 1000000 for 'limit', found 0"
        ),
        Refusal("restart:{mode:'always',limit:'5'}", "for 'limit', found a string"),
        Refusal(
            "restart:{mode:'never',limit:5}",
            "1:55: expected no 'backoff' or 'limit' together with mode 'never'"
        ),
        Refusal(
            "ready:{exit:true},restart:'always'",
            "1:53: expected 'never' or 'on-failure' for 'restart'"
        ),
        Refusal("log:7", "1:31: expected an object that describes a log, found a number"),
        Refusal("log:''", "1:31: expected text for 'log', found an empty string"),
        Refusal(
            "log:{path:'x'}",
            "1:32: unknown key 'path' in a log; expected one of file, size, keep"
        ),
        Refusal(
            "log:{size:'10m'}",
            "1:37: '10m' is not a size: expected a whole number of bytes, or of K, M or G, from 4K to 1024G"
        ),
        Refusal("log:{size:4095}", "'4095' is not a size"),
        Refusal("log:{size:'1025G'}", "'1025G' is not a size"),
        Refusal("log:{size:'9223372036854775807G'}", "is not a size"),
        Refusal("log:{size:'M'}", "'M' is not a size"),
        Refusal("log:{size:'-5K'}", "'-5K' is not a size"),
        Refusal(
            "log:{keep:101}",
            "1:37: expected a whole number from 0 to 100 for 'keep', found 101"
        ),
        Refusal("log:{keep:1.5}", "for 'keep', found a number"),
        Refusal("class:'root'", "1:33: expected one of user, system for 'class', found 'root'"),
        Refusal("class:null", "1:33: expected a string for 'class', found null"),
    ]

    @Test("what is wrong with a service is said, with its place", arguments: keys)
    func refuses(_ testCase: Refusal) {
        // Columns count from the brace before the service's own name.
        let error = #expect(throws: ServiceFileError.self) {
            try ServiceFileTests.service(testCase.text)
        }
        let said = error?.description ?? ""
        #expect(said.contains(testCase.message) && said.hasPrefix("t.json5:1:"), "\(said)")
    }

    static let files: [Refusal] = [
        Refusal("", "1:1: expected a value, found the end of the text"),
        Refusal("[]", "1:1: expected an object that describes a service file, found an array"),
        Refusal("{}", "1:1: expected the key 'services' in this object"),
        Refusal(
            "{servces:{}}",
            "1:2: unknown key 'servces' in a service file; did you mean 'services'?"
        ),
        Refusal(
            "{services:[]}",
            "1:11: expected an object of services by their names, found an array"
        ),
        Refusal("{services:{}}", "1:11: expected at least one service, found none"),
        Refusal(
            "{services:{a:7}}",
            "1:14: expected an object that describes a service, found a number"
        ),
        Refusal("{services:{a:{}}}", "1:14: expected the key 'command' in this object"),
        Refusal(
            "{services:{a:{command:''}}}",
            "1:23: expected a command for 'command', found nothing"
        ),
        Refusal(
            "{services:{a:{command:7}}}",
            "1:23: expected a command line, or an array of a program and its arguments, for 'command', found a number"
        ),
        Refusal(
            "{services:{\na:{command:'x'},\na:{command:'y'}}}",
            "3:1: expected each name once, found 'a' again; it first stood at 2:1"
        ),
        Refusal(
            "{services:{'':{command:'x'}}}",
            "1:12: expected a service's name of letters, digits, '-', '_' and '.', at most 64 and none of '-' and '.' first, found ''"
        ),
        Refusal("{services:{'.a':{command:'x'}}}", "found '.a'"),
        Refusal("{services:{'-a':{command:'x'}}}", "found '-a'"),
        Refusal("{services:{'a/b':{command:'x'}}}", "found 'a/b'"),
        Refusal("{services:{'\u{e9}':{command:'x'}}}", "1:12: expected a service's name"),
        Refusal(
            "{services:{'\(String(repeating: "a", count: 65))':{command:'x'}}}",
            "1:12: expected a service's name"
        ),
        Refusal(
            "{services:{db:{command:'x'},\nweb:{command:'x',after:'bd'}}}",
            "2:24: expected the name of a service in this file for 'after', found 'bd'; did you mean 'db'?"
        ),
        Refusal(
            "{services:{db:{command:'x'},\nweb:{command:'x',after:['db','db']}}}",
            "2:30: expected each name once for 'after', found 'db' again"
        ),
        Refusal(
            "{services:{d:{command:'x',after:'a'},\na:{command:'x',after:['e','b']},\nb:{command:'x',after:'c'},c:{command:'x',after:'a'},e:{command:'x'}}}",
            "2:27: expected an order for 'after', found a circle: 'a' after 'b' after 'c' after 'a'"
        ),
        Refusal(
            "{services:{a:{command:'x',ports:80},\nb:{command:'x',ports:[79,'http']}}}",
            "2:22: expected each port in one service, found 80/tcp of 'b' in 'a' too"
        ),
        Refusal(
            "{services:{a:{command:'x',ports:'80/udp'},b:{command:'x',ports:['70-90/udp','80/tcp']}}}",
            "found 80/udp of 'b' in 'a' too"
        ),
        Refusal(
            "{services:{a:{command:'x',ports:['1-9','3']},b:{command:'x',ports:5}}}",
            "found 5/tcp of 'b' in 'a' too"
        ),
        Refusal(
            "{services:{a:{command:'x',log:'l/x'},\nb:{command:'x',log:{file:'./l//x'}}}}",
            "2:20: expected each log in one service, found '/srv/app/l/x' of 'b' in 'a' too"
        ),
        Refusal("web: bundle exec rails", "1:1: expected a value, found"),
    ]

    @Test("what is wrong with a file as a whole is said too", arguments: files)
    func refusesFile(_ testCase: Refusal) {
        let error = #expect(throws: ServiceFileError.self) {
            try ServiceFileTests.read(testCase.text)
        }
        let said = error?.description ?? ""
        #expect(said.contains(testCase.message) && said.hasPrefix("t.json5:"), "\(said)")
    }

    @Test("everything that is wrong with a file is said at once, in the order of its text")
    func refusesAll() {
        let text = """
            {services:{
            a:{comand:'x',after:['b','q'],ports:0},
            b:{command:'x',class:'root',
            env:{'':'x',A:true},restart:'often'},
            c:{command:'x' after:'a'}}}
            """
        let error = #expect(throws: ServiceFileError.self) { try ServiceFileTests.read(text) }
        let said = error?.all.map(\.description) ?? []
        let starts = [
            "2:4: unknown key 'comand'", "2:37: ", "3:22: expected one of user, system",
            "4:6: expected a variable's name", "4:15: expected a string", "4:29: expected one of",
            "5:16: ",
        ]
        #expect(said.count == starts.count, "\(said)")
        for (line, start) in zip(said, starts) { #expect(line.hasPrefix("t.json5:\(start)")) }
        let names = #expect(throws: ServiceFileError.self) {
            try ServiceFileTests.read("{services:{a:{command:'x',after:['b','a']}}}")
        }
        #expect(names?.all.map { $0.position?.column } == [34, 38])
    }

    @Test("of a long circle not every name is said")
    func longCircle() {
        let services = (0..<1000).map { "s\($0):{command:'x',after:'s\(($0 + 1) % 1000)'}" }
        let error = #expect(throws: ServiceFileError.self) {
            try ServiceFileTests.read("{services:{\(services.joined(separator: ","))}}")
        }
        #expect(error?.message.hasSuffix("'s7' after 992 more after 's0'") == true)
        #expect(error?.position == TextPosition(line: 1, column: 34))
    }

    @Test("the file's own name is escaped")
    func escapes() {
        let error = ServiceFileError(file: "a\u{1b}b", message: "m")
        #expect(!error.description.contains("\u{1b}") && error.description.hasSuffix(": m"))
    }
}
