import Glibc

// The order of a dictionary is random, and decides who is looked at first: a seed that failed
// must fail again.
if unsafe getenv("SWIFT_DETERMINISTIC_HASHING") == nil {
    unsafe setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
    _ = unsafe execv("/proc/self/exe", CommandLine.unsafeArgv)
}

let options: Options
do {
    options = try Options(CommandLine.arguments.dropFirst())
} catch {
    print("soak: \(error)\n\(Options.usage)")
    exit(2)
}
if let seed = options.seed {
    exit(Replay.run(seed) ? 0 : 1)
}
exit(Soak(options).run() ? 0 : 1)
