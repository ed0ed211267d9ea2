import Glibc

/// Why a situation could not be staged; the keeper prints it, the test fails with it.
struct StagingError: Error {
    let message: String

    init(_ message: String) { self.message = message }

    /// Creates an error from a shim's negative answer.
    init(call: StaticString, subject: String, result: Int32) {
        message = "\(call) \(subject): \(unsafe String(cString: strerror(-result)))"
    }
}

/// Turns the shims' `-errno` convention into a value or an error.
@discardableResult
func check(
    _ result: Int32,
    _ call: StaticString,
    _ subject: @autoclosure () -> String = ""
) throws(StagingError) -> Int32 {
    guard result < 0 else { return result }
    throw StagingError(call: call, subject: subject(), result: result)
}

/// The same for calls of libc itself, which leave the reason in `errno`.
@discardableResult
func checkErrno(
    _ result: Int32,
    _ call: StaticString,
    _ subject: @autoclosure () -> String = ""
) throws(StagingError) -> Int32 {
    try check(result < 0 ? -errno : result, call, subject())
}

/// Reports to whoever listens: a staged process to its keeper, the keeper to the test.
func complain(_ error: StagingError) -> Never {
    if Part.inherited == nil {
        writeLine("{\"event\":\"error\",\"message\":\(quoted(error.message))}", to: 1)
        _exit(2)
    }
    Ledger.write("error \(error.message)")
    _exit(2)
}

/// Writes one line with one call, so that lines of several processes never mix.
func writeLine(_ line: String, to descriptor: Int32) {
    let bytes = Array((line + "\n").utf8)
    // A reader that left is no error: the leash ends this process next.
    _ = unsafe write(descriptor, bytes, bytes.count)
}
