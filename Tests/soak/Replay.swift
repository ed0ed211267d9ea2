import Simulation

/// Runs one seed and shows all of it.
enum Replay {
    static func run(_ seed: UInt64) -> Bool {
        var census = Census()
        let trial = Trial(seed: seed, census: &census, isLogged: true)
        for line in trial.log { print(line) }
        for violation in trial.violations { print("VIOLATION \(violation)") }
        if trial.violations.isEmpty { print("seed \(seed): every promise is kept") }
        return trial.violations.isEmpty
    }
}
