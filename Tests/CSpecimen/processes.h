#ifndef REAPER_CSPECIMEN_PROCESSES_H
#define REAPER_CSPECIMEN_PROCESSES_H

/* What staging processes needs and the Glibc module lacks. Each function returns a value >= 0, or
   -errno. As in clinux.h, _GNU_SOURCE stays undefined and its constants are spelled as numbers. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static inline int cspecimen_result(long r) { return r < 0 ? -errno : (int)r; }

/* The specimen has one thread wherever it forks, so its children may do anything. */
static inline int cspecimen_fork(void) { return cspecimen_result(fork()); }

/* A pipe whose ends no exec inherits: a leaked leash would keep a whole staging alive. */
static inline int cspecimen_pipe(int *ends) {
  return cspecimen_result(syscall(SYS_pipe2, ends, O_CLOEXEC));
}

/* Makes the kernel send SIGKILL to the caller once the last writer of the pipe is gone. No code of
   the caller takes part: it may be stopped, ignore every signal, or hang. Each process needs an
   open file of its own, because the owner to signal belongs to the open file. The descriptor stays
   open on purpose. The last step covers a pipe whose writers left before the first. */
static inline int cspecimen_arm_leash(int leash) {
  const int set_signal = 10; /* F_SETSIG */
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", leash);
  int own = open(path, O_RDONLY | O_CLOEXEC);
  if (own < 0 || fcntl(own, set_signal, SIGKILL) < 0 || fcntl(own, F_SETOWN, getpid()) < 0 ||
      fcntl(own, F_SETFL, O_ASYNC) < 0)
    return -errno;
  struct pollfd state = {.fd = own, .events = POLLIN};
  if (poll(&state, 1, 0) != 0) raise(SIGKILL);
  return 0;
}

/* Reaps one child: its pid, 0 when none has ended, -ECHILD when none is left. `status` becomes the
   exit code, or minus the number of the signal that ended it. __WALL also sees clone children. */
static inline int cspecimen_reap(int *status, int block) {
  int raw = 0;
  pid_t pid;
  do pid = waitpid(-1, &raw, (block ? 0 : WNOHANG) | 0x40000000);
  while (pid < 0 && errno == EINTR);
  if (pid > 0) *status = WIFSIGNALED(raw) ? -WTERMSIG(raw) : WEXITSTATUS(raw);
  return cspecimen_result(pid);
}

/* Glibc declares it for _GNU_SOURCE only, and has it since 2.34. */
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int)
    __attribute__((weak));

/* Keeps every descriptor but the standard three from the child: what runs the tests may hold
   sockets and locks, which would then belong to the staged processes too. */
static inline int cspecimen_close_others(posix_spawn_file_actions_t *actions) {
  if (!posix_spawn_file_actions_addclosefrom_np) return 0;
  return -posix_spawn_file_actions_addclosefrom_np(actions, 3);
}

/* One pidfd for each process of a wide tree is more than the usual soft limit allows. */
static inline int cspecimen_raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
  limit.rlim_cur = limit.rlim_max;
  return cspecimen_result(setrlimit(RLIMIT_NOFILE, &limit));
}

/* Returns once the child has ended, and leaves it a zombie. */
static inline int cspecimen_await_zombie(int pid) {
  siginfo_t info;
  return cspecimen_result(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
}

/* Blocks until one of the (blocked) signals of the set is pending, and takes it. */
static inline int cspecimen_next_signal(const sigset_t *set) {
  int number;
  do number = sigwaitinfo(set, (siginfo_t *)0);
  while (number < 0 && errno == EINTR);
  return cspecimen_result(number);
}

/* Every disposition to its default and nothing blocked, as a login shell would start a program. */
static inline void cspecimen_reset_signals(void) {
  sigset_t none;
  for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, (sigset_t *)0);
}

static inline int cspecimen_become_user(unsigned user) {
  if (setgroups(0, (gid_t *)0) < 0 || setgid(user) < 0) return -errno;
  return cspecimen_result(setuid(user));
}

/* For the calling thread alone, unlike what libc does: the others stay who they are. */
static inline int cspecimen_become_user_in_thread(unsigned user) {
  return cspecimen_result(syscall(SYS_setresuid, user, user, user));
}

/* Forks a child that waits for its end, under this number if it is not 0: clone3(2) with set_tid,
   which makes a number be used again at will. Safe with threads: the child calls nothing else. */
static inline int cspecimen_fork_as(int number) {
  struct {
    unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls,
        set_tid, set_tid_size;
  } request = {.exit_signal = SIGCHLD};
  if (number > 0) {
    request.set_tid = (unsigned long long)(unsigned long)&number;
    request.set_tid_size = 1;
  }
  long pid = syscall(435 /* clone3 */, &request, sizeof request);
  if (pid != 0) return cspecimen_result(pid);
  syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  for (;;) syscall(SYS_rt_sigsuspend, &(unsigned long){0}, sizeof(unsigned long));
}

/* Calls `body` in a child that is alone in a new user namespace: what it returns, -ENOTSUP where
   there is none to be had. An alarm ends a child that another thread's lock holds up. */
static inline int cspecimen_in_user_namespace(int (*body)(void)) {
  int status = 0;
  pid_t child = fork();
  if (child == 0) {
    alarm(30);
    if (syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */) < 0) _exit(255);
    _exit(body());
  }
  if (child < 0) return -errno;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -errno;
  if (!WIFEXITED(status)) return -EINTR;
  return WEXITSTATUS(status) == 255 ? -ENOTSUP : WEXITSTATUS(status);
}

#define CSPECIMEN_SIBLING 0x8000ull /* CLONE_PARENT, which takes over the exit signal as well */

/* clone3(2) without sharing memory, which returns in the child too: under this number if it is not
   0, and with these flags. Like fork(2) otherwise, for a caller with one thread. */
static inline int cspecimen_clone(unsigned long long flags, int number) {
  struct {
    unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls,
        set_tid, set_tid_size;
  } request = {.flags = flags, .exit_signal = flags & CSPECIMEN_SIBLING ? 0 : SIGCHLD};
  if (number > 0) {
    request.set_tid = (unsigned long long)(unsigned long)&number;
    request.set_tid_size = 1;
  }
  return cspecimen_result(syscall(435 /* clone3 */, &request, sizeof request));
}

/* Forks, and waits in the kernel (state D) until the child has ended or executed: vfork(2) as seen
   from outside, with memory of its own for the child. */
static inline int cspecimen_vfork(void) { return cspecimen_clone(0x4000 /* CLONE_VFORK */, 0); }

/* Returns once a child has stopped or ended, and leaves it as it is. */
static inline int cspecimen_await_stop(int pid) {
  siginfo_t info;
  return cspecimen_result(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WEXITED | WNOWAIT));
}

/* A descriptor that becomes readable whenever somebody lists /proc or opens a file in it. */
static inline int cspecimen_watch_proc(void) {
  int fd = (int)syscall(SYS_inotify_init1, O_CLOEXEC);
  if (fd < 0) return -errno;
  const unsigned access = 0x1, opening = 0x20; /* IN_ACCESS, IN_OPEN */
  if (syscall(SYS_inotify_add_watch, fd, "/proc", access | opening) < 0) return -errno;
  return fd;
}

static inline int cspecimen_set_name(const char *name) {
  return cspecimen_result(prctl(PR_SET_NAME, name, 0ul, 0ul, 0ul));
}

/* Ends the calling thread only; for a leader the rest of its process lives on. */
static inline void cspecimen_leave_thread(void) { syscall(SYS_exit, 0); }

/* A record lock on the whole file; `per_file` chooses an open file description lock. */
static inline int cspecimen_record_lock(int fd, int per_file) {
  const int set_file_lock = 37; /* F_OFD_SETLK */
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return cspecimen_result(fcntl(fd, per_file ? set_file_lock : F_SETLK, &lock));
}
#endif
