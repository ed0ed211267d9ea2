#ifndef REAPER_CSPECIMEN_TERMINAL_H
#define REAPER_CSPECIMEN_TERMINAL_H

/* Programs that behave differently on a terminal, and one that cannot be killed. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <termios.h>
#include <unistd.h>

/* Forks a child that leads a session whose terminal is new, and has it as standard streams. */
static inline int cspecimen_fork_on_terminal(int *controller) {
  struct winsize size = {.ws_row = 50, .ws_col = 200};
  int pid = forkpty(controller, (char *)0, (void *)0, &size);
  return pid < 0 ? -errno : pid;
}

/* Changes the size of its window; the kernel sends SIGWINCH to the group in the foreground. */
static inline int cspecimen_resize(int controller, int rows, int columns) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  return ioctl(controller, TIOCSWINSZ, &size) < 0 ? -errno : 0;
}

/* Lets the output of a terminal go on that tcflow(3) has stopped; from the controlling end that has
   no effect. ioctl_tty(2). */
static inline int cspecimen_resume_output(int controller) {
  int terminal = ioctl(controller, 0x5441 /* TIOCGPTPEER */, O_RDWR | O_NOCTTY);
  if (terminal < 0) return -errno;
  int r = ioctl(terminal, TCXONC, TCOON) < 0 ? -errno : 0;
  close(terminal);
  return r;
}

/* Traces a child and asks to be told of its end: without an answer it cannot even be killed. */
static inline int cspecimen_hold_at_exit(int pid) {
  const int seize = 0x4206, trace_exit = 0x40; /* PTRACE_SEIZE, PTRACE_O_TRACEEXIT */
  long r = ptrace(seize, pid, (void *)0, (void *)(long)trace_exit);
  return r < 0 ? -errno : 0;
}

/* Traces a child and asks for nothing: its signals stop it until the tracer waits, which it never
   does; SIGKILL still ends it. */
static inline int cspecimen_seize(int pid) {
  long r = ptrace(0x4206 /* PTRACE_SEIZE */, pid, (void *)0, (void *)0);
  return r < 0 ? -errno : 0;
}
#endif
