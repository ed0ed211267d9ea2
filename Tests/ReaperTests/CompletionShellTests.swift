import Foundation
import TestSupport
import Testing

@testable import reaper

/// A shell that completes a line, with a `reaper` of the test's choice.
private struct CompletingShell: Sendable, CustomTestStringConvertible {
    var name: CompletionScript.Shell
    var testDescription: String { name.rawValue }

    static let all = CompletionScript.Shell.allCases.map { CompletingShell(name: $0) }

    /// Those that are here; the tests of the others are skipped.
    static let here = all.filter { $0.path != nil }

    var path: String? {
        ["/bin", "/usr/bin", "/usr/local/bin"].map { "\($0)/\(name.rawValue)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    // What the shell offers at the end of `line` in `directory`; `reaper` is the program it asks,
    // in a directory of its own, or nil for the built one.
    func offers(_ line: String, in directory: TemporaryDirectory, asking reaper: String? = nil)
        throws
        -> [String]
    {
        let program = URL(filePath: reaper ?? Binary.reaper.path).deletingLastPathComponent().path()
        let script = try directory.write(CompletionScript.text(for: name), to: "script")
        let driver = try directory.write(Self.driver(name), to: "driver")
        let shell = Binary(path: try #require(path))
        let options: [String] =
            switch name {
            case .bash: ["--norc", "--noprofile"]
            case .zsh: ["-f"]
            case .fish: ["--no-config"]
            }
        let said = try shell.run(
            options + [driver, script, line],
            environment: [
                "PATH": "\(program):/usr/bin:/bin", "PWD": directory.path, "TERM": "dumb",
                "WORK": directory.path, "REAPER_STATE_DIR": directory.path("state"),
            ]
        )
        #expect(said.errorText == "" && said.code == 0)
        return said.text.split(separator: "\n").map(String.init)
    }

    /// Sources the script, `$1`, and prints what it offers for the line, `$2`.
    private static func driver(_ shell: CompletionScript.Shell) -> String {
        switch shell {
        case .bash:
            // What an interactive bash has; COMP_WORDS is split as it does, roughly.
            #"""
            cd "$WORK"
            COMP_WORDBREAKS=$' \t\n"\'@><=;|&(:'
            source "$1"
            COMP_LINE=$2 COMP_POINT=${#2}
            read -r -a COMP_WORDS <<<"$2"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _reaper
            printf '%s\n' "${COMPREPLY[@]}"
            """#
        case .zsh:
            // A real line editor in a pseudo-terminal; compadd tells what would be shown.
            #"""
            cd $WORK
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "unsetopt beep; PS1=; cd ${(q)WORK}; autoload -Uz compinit; compinit -u -D; source ${(q)1}
            compadd() {
                local -a offered
                case \" \$* \" in
                *' -O '*|*' -A '*|*' -D '*) builtin compadd \"\$@\"; return;;
                esac
                builtin compadd -A offered \"\$@\"
                print -rl -- \$offered >>\$WORK/offered
                builtin compadd \"\$@\"
            }
            offer() { : >\$WORK/offered; _main_complete; exit }
            zle -C offer complete-word offer
            bindkey '^I' offer"
            zpty -w -n shell "$2"$'\t'
            while zpty -r shell chunk; do :; done
            grep . $WORK/offered || true
            """#
        case .fish:
            #"""
            cd $WORK
            source $argv[1]
            complete -C $argv[2] | string replace -r '\t.*' ''
            exit 0
            """#
        }
    }
}

/// Completion in the shells themselves.
@Suite("completion in shells", .timeLimit(.minutes(60)))
struct CompletionShellTests {
    @Test(
        "zsh and fish are here, too",
        .enabled(
            if: CompletingShell.here.count == CompletingShell.all.count,
            "needs bash, zsh and fish"
        )
    )
    func shells() {
        #expect(CompletingShell.here.count == 3)
    }

    @Test("commands", arguments: CompletingShell.here)
    private func commands(_ shell: CompletingShell) throws {
        let offers = try shell.offers("reaper cl", in: try TemporaryDirectory())
        #expect(offers == ["clean"])
    }

    @Test("flags of the command, and no other's", arguments: CompletingShell.here)
    private func flags(_ shell: CompletingShell) throws {
        let directory = try TemporaryDirectory()
        #expect(
            try shell.offers("reaper clean --fo", in: directory).sorted() == [
                "--force", "--format",
            ]
        )
        #expect(try shell.offers("reaper up --deta", in: directory) == ["--detach"])
        #expect(
            try shell.offers("reaper scan --deta", in: directory).filter { $0 == "--detach" } == []
        )
    }

    @Test("values of a flag", arguments: CompletingShell.here)
    private func values(_ shell: CompletingShell) throws {
        let directory = try TemporaryDirectory()
        #expect(try shell.offers("reaper scan --fail-on w", in: directory) == ["warning"])
        #expect(
            try shell.offers("reaper list --format ", in: directory).sorted()
                == ["json", "ndjson", "table"]
        )
        let glued = try shell.offers("reaper scan --format=js", in: directory)
        // Fish shows the whole word, the others what follows the equals sign.
        #expect(glued.map { $0.replacing("--format=", with: "") } == ["json"])
        let list = try shell.offers("reaper scan --kind orphan,zom", in: directory)
        #expect(list.map { $0.replacing("orphan,", with: "") } == ["zombie"])
    }

    @Test("files where a flag takes one", arguments: CompletingShell.here)
    private func files(_ shell: CompletingShell) throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "before.json")
        #expect(try shell.offers("reaper scan --since bef", in: directory) == ["before.json"])
        #expect(try shell.offers("reaper report bef", in: directory) == ["before.json"])
    }

    @Test("ids of rules, and what follows 'rules'", arguments: CompletingShell.here)
    private func rules(_ shell: CompletingShell) throws {
        let directory = try TemporaryDirectory()
        #expect(
            try shell.offers("reaper clean --rule wasmcloud.prov", in: directory)
                == ["wasmcloud.provider"]
        )
        #expect(try shell.offers("reaper rules sh", in: directory) == ["show"])
        #expect(
            try shell.offers("reaper rules show wasmcloud.prov", in: directory)
                == ["wasmcloud.provider"]
        )
    }

    @Test(
        "a port after a colon, which bash takes for a word of its own",
        arguments: CompletingShell.here
    )
    private func colon(_ shell: CompletingShell) throws {
        let directory = try TemporaryDirectory()
        let fake = try directory.write("#!/bin/sh\necho :8080\n", to: "bin/reaper")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fake)
        let offers = try shell.offers("reaper wait :80", in: directory, asking: fake)
        #expect(offers == [shell.name == .bash ? "8080" : ":8080"])
    }

    @Test("hostile names are neither offered nor executed", arguments: CompletingShell.here)
    private func hostile(_ shell: CompletingShell) throws {
        let directory = try TemporaryDirectory()
        let fake = try directory.write(
            #"""
            #!/bin/sh
            cat <<'END'
            good-1
            $(touch pwned)
            `touch pwned`
            ;touch pwned
            a b
            '; touch pwned; '
            (touch pwned)
            {a,b}
            *
            ~
            \
            END
            printf 'esc\033[31m\nhalf'
            """#,
            to: "bin/reaper"
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fake)
        for line in ["reaper stop ", "reaper clean --rule ", "reaper up ", "reaper scan --ports "] {
            let offers = try shell.offers(line, in: directory, asking: fake)
            #expect(offers.sorted() == ["good-1", "half"], "\(line)")
        }
        #expect(!FileManager.default.fileExists(atPath: directory.path("pwned")))
    }
}
