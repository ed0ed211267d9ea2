// A bounded tree of idle processes to look at.
//
//   workload COUNT FANOUT SECONDS
//
// Prints "ready PID" when all of them run. Every tenth holds 40 descriptors, and the last one
// listens on a TCP port that the kernel chooses. It ends everything when it is told to (SIGTERM,
// SIGINT, end of its standard input), after SECONDS, and also when it is killed itself: every
// process asks for SIGKILL when its parent ends, so the tree comes down from the top.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static long count, fanout, seconds;
static atomic_long *running;
static volatile sig_atomic_t stopped;

static void stop(int signal) { (void)signal, stopped = 1; }

static void node(long index, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  signal(SIGTERM, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  alarm(seconds);
  pid_t self = getpid();
  long child = fanout * index + 1, last = child + fanout;
  while (child < last && child < count) {
    pid_t pid = fork();
    if (pid < 0) _exit(1);
    if (pid > 0) {
      child++;
      continue;
    }
    // The child goes on as the node of its own number, with children of its own.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != self) _exit(1);  // it ended before the request
    alarm(seconds);
    index = child, self = getpid();
    child = fanout * index + 1, last = child + fanout;
  }
  for (int i = 0; index % 10 == 9 && i < 40; i++)
    if (i % 4 ? open("/dev/null", O_RDONLY) < 0 : socket(AF_INET, SOCK_DGRAM, 0) < 0) _exit(1);
  if (index == count - 1) listen(socket(AF_INET, SOCK_STREAM, 0), 1);
  atomic_fetch_add(running, 1);
  for (;;) pause();
}

int main(int words, char **word) {
  if (words != 4) return 2;
  count = atol(word[1]), fanout = atol(word[2]), seconds = atol(word[3]);
  if (count < 1 || count > 20000 || fanout < 1 || seconds < 1 || seconds > 3600) return 2;
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGALRM, &action, NULL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  running = mmap(NULL, sizeof *running, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (running == MAP_FAILED) return 1;
  pid_t self = getpid(), root = fork();
  if (root == 0) node(0, self);
  if (root < 0) return 1;
  alarm(seconds);

  struct pollfd input = {.fd = 0, .events = POLLIN};
  int announced = 0;
  while (!stopped) {
    if (!announced && atomic_load(running) == count) {
      printf("ready %d\n", self), fflush(stdout);
      announced = 1;
    }
    if (waitpid(root, NULL, WNOHANG) == root) break;
    // The end of the standard input is the end of whoever started this.
    if (poll(&input, 1, announced ? 1000 : 2) > 0 && read(0, &(char){0}, 1) == 0) break;
  }
  // As each process dies the next level does; adopted ones are waited for here.
  kill(root, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {}
  return announced ? 0 : 1;
}
