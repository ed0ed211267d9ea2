import Glibc
import ReaperKit

exit(CommandLineTool.run().rawValue)
