import CLinux
import Glibc

/// SIGPIPE, which reaper ignores: a closed pipe is an answer of write(2), not a way to die.
public enum BrokenPipe {
    /// Ignores it from the first time that it is asked; whether it was ignored before.
    ///
    /// An ignored signal is inherited by whoever is started; see ``CommandSpawn``.
    public static let wasIgnored = clinux_ignore(SIGPIPE) == 1
}

/// SIGXFSZ, which reaper ignores: that a file must not grow further (`ulimit -f`) is an answer of
/// write(2), `EFBIG`, and not a way to die with members left stopped.
public enum FileSizeLimit {
    /// Ignores it from the first time that it is asked; whether it was ignored before.
    public static let wasIgnored = clinux_ignore(SIGXFSZ) == 1
}
