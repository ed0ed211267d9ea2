import CSpecimen
import Glibc

/// Runs a copy of another program as another user: `exec UID COPY PROGRAM ARGUMENT...`.
///
/// The copy is for users who cannot reach the build directory. It is made here because this process
/// has one thread: a fork elsewhere at the wrong moment would inherit the descriptor that writes it,
/// and execve(2) would answer `ETXTBSY`.
func runAsUser(words: [String]) throws(StagingError) -> Never {
    guard words.count >= 3, let user = UInt32(words[0]) else {
        throw StagingError("usage: specimen exec UID COPY PROGRAM [ARGUMENT...]")
    }
    try copyExecutable(words[2], to: words[1])
    try check(cspecimen_become_user(user), "setuid", words[0])
    var environment: [String] = []
    forEachEnvironmentEntry { environment.append($0) }
    try replaceProcess(words[1], Array(words[2...]), environment)
}

/// Calls `body` with each `NAME=VALUE` of this process.
func forEachEnvironmentEntry(_ body: (String) -> Void) {
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
        body(unsafe String(cString: text))
        unsafe entry += 1
    }
}
