// What it takes to learn that a process ended.
//
//   latency measure MICROSECONDS COMMAND...   runs the command with the number of a process added;
//                                             that process ends so long after it got SIGTERM and
//                                             notes the time just before. Prints the microseconds
//                                             from then until the command's end, and its status
//   latency chain LENGTH COMMAND...           runs the command with the number of the first of so
//                                             many processes, each the only child of the one before.
//                                             Prints the microseconds until it ended, and its status
//   latency turns MILLISECONDS PID            ends such a chain from its end on, the next one when
//                                             the one before is gone, looking every so often
//   latency look MILLISECONDS PID             the usual loop: SIGTERM, then a look every so often
#define _GNU_SOURCE
#include "tree.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void rest(long microseconds) {
  struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
  nanosleep(&time, NULL);
}

static void end_later(long microseconds, pid_t parent, const sigset_t *asked, volatile long *died) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  int signal;
  sigwait(asked, &signal);
  rest(microseconds);
  *died = now();
  _exit(0);
}

static int measure(long microseconds, char **command, char **last) {
  volatile long *died = mmap(NULL, sizeof *died, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (died == MAP_FAILED) return 1;
  sigset_t asked, before;
  sigemptyset(&asked), sigaddset(&asked, SIGTERM);
  sigprocmask(SIG_BLOCK, &asked, &before);
  pid_t self = getpid(), dying = fork();
  if (dying < 0) return 1;
  if (dying == 0) end_later(microseconds, self, &asked, died);
  sigprocmask(SIG_SETMASK, &before, NULL);
  char number[16];
  snprintf(number, sizeof number, "%d", dying);
  *last = number;
  pid_t tool = fork();
  if (tool == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 1);
    execvp(command[0], command);
    _exit(127);
  }
  long ended = 0;
  int status, result = 1;
  // Whoever ends is reaped at once, as init does it.
  for (pid_t pid; (pid = waitpid(-1, &status, 0)) > 0;)
    if (pid == tool) {
      ended = now(), result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      if (!*died) kill(dying, SIGKILL);  // a child that was not waited for: the number is its own
    }
  printf("%ld %d\n", *died ? ended - *died : -1, result);
  return 0;
}

static void link_chain(int length, pid_t parent, int ready) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  signal(SIGCHLD, SIG_IGN);  // who ends is reaped at once
  pid_t self = getpid();
  if (length > 1 && fork() == 0) link_chain(length - 1, self, ready);
  if (length == 1 && write(ready, "r", 1) != 1) _exit(1);
  for (;;) pause();
}

static int chain(int length, char **command, char **last) {
  int ends[2];
  char byte, number[16];
  pid_t self = getpid();
  if (pipe2(ends, O_CLOEXEC)) return 1;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t first = fork();
  if (first == 0) link_chain(length, self, ends[1]);
  if (first < 0 || read(ends[0], &byte, 1) != 1) return 1;
  snprintf(number, sizeof number, "%d", first);
  *last = number;
  long began = now(), ended = 0;
  pid_t tool = fork();
  if (tool == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 1);
    execvp(command[0], command);
    _exit(127);
  }
  int status, result = 1, is_gone = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, 0)) > 0;) {
    is_gone |= pid == first;
    if (pid != tool) continue;
    ended = now(), result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (!is_gone) kill(first, SIGKILL);  // not waited for: the number is its own
  }
  printf("%ld %d\n", ended - began, result);
  return 0;
}

static int turns(long milliseconds, int root) {
  walk(root);
  for (int i = member_count - 1; i >= 0; i--)
    for (kill(members[i].pid, SIGTERM); kill(members[i].pid, 0) == 0;) rest(milliseconds * 1000);
  return 0;
}

int main(int count, char **words) {
  if (count == 4 && !strcmp(words[1], "look")) {
    pid_t pid = atoi(words[3]);
    for (kill(pid, SIGTERM); kill(pid, 0) == 0;) rest(atol(words[2]) * 1000);
    return 0;
  }
  if (count == 4 && !strcmp(words[1], "turns")) return turns(atol(words[2]), atoi(words[3]));
  if (count < 4) return 2;
  char **command = calloc(count, sizeof *command);
  memcpy(command, words + 3, (count - 3) * sizeof *command);
  char **last = command + count - 3;
  if (!strcmp(words[1], "chain")) return chain(atoi(words[2]), command, last);
  return strcmp(words[1], "measure") ? 2 : measure(atol(words[2]), command, last);
}
