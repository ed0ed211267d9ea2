import Glibc

/// Why a test could not be set up; its message is all a failed test shows.
package struct SupportError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Throws the reason of a libc call that answered with -1.
@discardableResult
func require(
    _ result: Int32,
    _ call: StaticString,
    _ subject: String = ""
) throws(SupportError) -> Int32 {
    if result >= 0 { return result }
    throw SupportError("\(call) \(subject): \(unsafe String(cString: strerror(errno)))")
}

/// The same for shims that answer with `-errno`, and calls that return the error number negated.
@discardableResult
func requireShim(
    _ result: Int32,
    _ call: StaticString,
    _ subject: String = ""
) throws(SupportError) -> Int32 {
    if result >= 0 { return result }
    throw SupportError("\(call) \(subject): \(unsafe String(cString: strerror(-result)))")
}
