// usage: groovy jenkins.groovy JENKINSFILE: runs the steps of a declarative pipeline, and exits with the
// status of the `sh` that failed. It knows only the directives that the recipe uses, and stops at any other.
class Build extends Script {
    int status = 0

    def run() { null }
    def pipeline(Closure body) { within(body) }
    def stages(Closure body) { within(body) }
    def steps(Closure body) { within(body) }
    def getAny() { 'any' }
    def agent(what) { println "agent: $what" }
    def options(Closure body) { within(body) }
    def timeout(Map limit) { println "timeout: $limit" }

    def stage(String name, Closure body) {
        println "stage: $name"
        try {
            within(body)
        } catch (Failure failure) {
            status = failure.status
        }
    }

    // After the stages, in Jenkins' order: always, ..., cleanup.
    def post(Closure body) { within(body) }
    def always(Closure body) { within(body) }
    def cleanup(Closure body) { within(body) }

    def sh(String script) {
        println "+ $script"
        def process = new ProcessBuilder('sh', '-xe', '-c', script).inheritIO().start()
        if (process.waitFor() != 0) throw new Failure(status: process.exitValue())
    }

    def junit(Map what) {
        if (!new File(what.testResults).exists() && !what.allowEmptyResults) throw new Failure(status: 1)
        println "junit: $what.testResults"
    }

    private within(Closure body) {
        body.delegate = this
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
    }
}

class Failure extends Exception { int status }

def settings = new org.codehaus.groovy.control.CompilerConfiguration(scriptBaseClass: Build.name)
def build = new GroovyShell(getClass().classLoader, new Binding(), settings).parse(new File(args[0]))
build.run()
System.exit(build.status)
