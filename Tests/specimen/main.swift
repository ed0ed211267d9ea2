import Glibc

// One binary plays three parts: the keeper that a test starts, the processes it stages, and a
// wrapper that runs another program as another user.
do throws(StagingError) {
    if let part = Part.inherited {
        try Subject(part: part).run()
    }
    let words = Array(CommandLine.arguments.dropFirst())
    if words.first == "exec" {
        try runAsUser(words: Array(words.dropFirst()))
    }
    var keeper = try Keeper(options: Options(parsing: words))
    try keeper.run()
} catch {
    complain(error)
}
