// A bounded tree of processes to look at, or to end.
//
//   workload COUNT FANOUT SECONDS [-i] [-c DIRECTORY]
//
// Prints "ready PID ROOT" when all of them run; ROOT leads a process group that all below it belong
// to. Every tenth holds 40 descriptors, and the last one listens on a TCP port that the kernel
// chooses. With -i they ignore SIGTERM; with -c they live in that control group.
//
// It ends everything when it is told to (SIGTERM, SIGINT, end of its standard input) and after
// SECONDS; it ends by itself when the last of them has. What is left without its parent is adopted
// and reaped here. A pipe that only this process can write to tells all others of its own end, so
// they end with it even when it is killed; its death as a parent would not do: a tree that falls
// by itself as soon as its root is gone says nothing about who was to end it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static long count, fanout, seconds;
static int ignoring, lifeline[2];
static const char *group;
static atomic_long *running;
static volatile sig_atomic_t stopped;

static void stop(int signal) { (void)signal, stopped = 1; }
static void wake(int signal) { (void)signal; }

static void join_group(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/cgroup.procs", group);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, "0", 1) != 1) perror(path), _exit(1);
  close(file);
}

static void node(long index) {
  setpgid(0, 0);
  close(lifeline[1]);
  if (group) join_group();
  signal(SIGTERM, ignoring ? SIG_IGN : SIG_DFL);
  signal(SIGINT, SIG_DFL);
  signal(SIGCHLD, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  alarm(seconds);
  long child = fanout * index + 1, last = child + fanout;
  while (child < last && child < count) {
    pid_t pid = fork();
    if (pid < 0) _exit(1);
    if (pid > 0) {
      child++;
      continue;
    }
    // The child goes on as the node of its own number, with children of its own.
    alarm(seconds);
    index = child;
    child = fanout * index + 1, last = child + fanout;
  }
  for (int i = 0; index % 10 == 9 && i < 40; i++)
    if (i % 4 ? open("/dev/null", O_RDONLY) < 0 : socket(AF_INET, SOCK_DGRAM, 0) < 0) _exit(1);
  if (index == count - 1) listen(socket(AF_INET, SOCK_STREAM, 0), 1);
  atomic_fetch_add(running, 1);
  struct pollfd life = {.fd = lifeline[0], .events = POLLIN};
  while (poll(&life, 1, -1) != 1) {}
  _exit(0);
}

// Kills the children and waits for them, again and again: each time those below come up as new
// ones. A child that was not waited for keeps its number, so none but its own is signaled.
static void end_all(void) {
  static char text[1 << 17];
  char path[64], *rest;
  snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
  for (;;) {
    long length = 0, got;
    int file = open(path, O_RDONLY | O_CLOEXEC), told = 0;
    if (file < 0) break;
    while ((got = read(file, text + length, sizeof text - 1 - length)) > 0) length += got;
    close(file);
    text[length] = 0, rest = text;
    for (pid_t pid; (pid = strtol(rest, &rest, 10)) > 0; told++) kill(pid, SIGKILL);
    if (!told) break;
    while (told && (waitpid(-1, NULL, 0) > 0 || errno == EINTR)) told--;
  }
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {}
}

int main(int words, char **word) {
  for (int option; (option = getopt(words, word, "ic:")) != -1;) {
    if (option == 'i') ignoring = 1;
    else if (option == 'c') group = optarg;
    else return 2;
  }
  if (words - optind != 3) return 2;
  word += optind;
  count = atol(word[0]), fanout = atol(word[1]), seconds = atol(word[2]);
  if (count < 1 || count > 20000 || fanout < 1 || seconds < 1 || seconds > 3600) return 2;
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGALRM, &action, NULL);
  action.sa_handler = wake;
  sigaction(SIGCHLD, &action, NULL);
  sigset_t ends, before;
  sigemptyset(&ends), sigaddset(&ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ends, &before);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  running = mmap(NULL, sizeof *running, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (running == MAP_FAILED || pipe2(lifeline, O_CLOEXEC)) return 1;
  pid_t self = getpid(), root = fork();
  if (root == 0) node(0);
  if (root < 0) return 1;
  alarm(seconds);

  struct pollfd input = {.fd = 0, .events = POLLIN};
  struct timespec shortly = {.tv_nsec = 1000000};
  int announced = 0;
  while (!stopped) {
    if (!announced && atomic_load(running) == count) {
      printf("ready %d %d\n", self, root), fflush(stdout);
      announced = 1;
    }
    pid_t ended;
    while ((ended = waitpid(-1, NULL, WNOHANG)) > 0) {}
    if (ended < 0) break;
    // The end of the standard input is the end of whoever started this.
    if (ppoll(&input, 1, announced ? NULL : &shortly, &before) > 0 && read(0, &(char){0}, 1) == 0) break;
  }
  end_all();
  return announced ? 0 : 1;
}
