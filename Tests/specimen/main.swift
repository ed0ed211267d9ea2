import Glibc

// One binary plays all parts: the keeper that a test starts, the processes it stages, and wrappers
// that run another program as another user, or on a terminal.
do throws(StagingError) {
    if let part = Part.inherited {
        try Subject(part: part).run()
    }
    let words = Array(CommandLine.arguments.dropFirst())
    if words.first == "exec" {
        try runAsUser(words: Array(words.dropFirst()))
    }
    if words.first == "terminal" {
        try runOnTerminal(words: Array(words.dropFirst()))
    }
    var keeper = try Keeper(options: Options(parsing: words))
    try keeper.run()
} catch {
    complain(error)
}
