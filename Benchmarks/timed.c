// Runs a command with its output thrown away and prints what it cost, one line:
// wall microseconds, user + system microseconds, peak resident KiB, minor page faults, exit status.
//
//   timed COMMAND...
//   timed -t PID COMMAND...    and when the last process of the tree below PID was gone, in
//                              microseconds since the command started (-1: still there 10 seconds
//                              after the command's end), and how many there were
//
// With -t, what the command says as an error is passed on, and a command that takes a minute is killed.
//
// A program of its own because peak memory is inherited across exec(2): measured from an
// interpreter, every small program looks as big as the interpreter.
#define _GNU_SOURCE
#include "tree.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static long microseconds(struct timeval t) { return t.tv_sec * 1000000 + t.tv_usec; }

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

// Looks at one member after the other, the root first: that one is mostly the last, and whoever
// watches all of them at once takes the processor from those that end. Sets when the command ended.
static long watch(pid_t pid, long before, long *ended) {
  struct pollfd both[2] = {{syscall(SYS_pidfd_open, pid, 0), POLLIN, 0}, {.events = POLLIN}};
  long gone = before, limit = 60000;
  for (int at = 0; at < member_count || !*ended;) {
    both[1].fd = at < member_count ? members[at].descriptor : -1;
    both[0].revents = both[1].revents = 0;
    int ready = poll(both, 2, limit);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      if (*ended) return before - 1;
      kill(pid, SIGKILL), limit = 10000;
      continue;
    }
    if (both[0].revents) *ended = now(), both[0].fd = -1, limit = 10000;
    if (both[1].revents) at++, gone = now();
  }
  return gone;
}

int main(int count, char **words) {
  struct rlimit descriptors;
  struct rusage use;
  int status, tree = count > 2 && !strcmp(words[1], "-t");
  getrlimit(RLIMIT_NOFILE, &descriptors);
  char **command = words + (tree ? 3 : 1);
  if (tree) raise_descriptor_limit(), walk(atoi(words[2]));
  for (int i = 0; i < member_count; i++)
    if (members[i].descriptor < 0) return perror("pidfd_open"), 1;
  if (!*command || (tree && !member_count)) return 2;
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  long before = now(), ended = 0, gone = 0;
  pid_t pid = vfork();
  if (pid == 0) {
    setrlimit(RLIMIT_NOFILE, &descriptors);
    dup2(null, 0), dup2(null, 1);
    if (!tree) dup2(null, 2);
    execvp(command[0], command);
    _exit(127);
  }
  if (tree && pid > 0) gone = watch(pid, before, &ended) - before;
  if (pid < 0 || wait4(pid, &status, 0, &use) != pid) return 1;
  if (!tree) ended = now();
  printf("%ld %ld %ld %ld %d", ended - before, microseconds(use.ru_utime) + microseconds(use.ru_stime),
         use.ru_maxrss, use.ru_minflt, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  if (tree) printf(" %ld %d", gone, member_count);
  puts("");
  return 0;
}
