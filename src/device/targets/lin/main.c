/* Runs the board's program on Linux: one machine, GLib's loop for its timers, sockets and promises, until it exits. */
#include <gio/gio.h>
#include <stdlib.h>

#include "host.h"
#include "mc.xs.h"
#include "xs.h"

int argumentCount;
char** arguments;

int main(int argc, char* argv[]) {
  xsMachine* machine = fxPrepareMachine(NULL, xsPreparation(), "dormouse", NULL, NULL);
  argumentCount = argc;
  arguments = argv;
  xsBeginHost(machine);
  {
    xsVars(1);
    xsTry {
      xsVar(0) = xsAwaitImport("src/device/targets/lin/main", XS_IMPORT_DEFAULT);
      xsCallFunction0(xsVar(0), xsGlobal);
    }
    xsCatch {
      fprintf(stderr, "%s\n", xsToString(xsException));
      exit(1);
    }
  }
  xsEndHost(machine);
  g_main_loop_run(g_main_loop_new(NULL, FALSE));
  return 0;
}

void fxAbort(xsMachine* the, int status) {
  fprintf(stderr, "XS: %s\n", fxAbortString(status));
  (void)the;
  exit(status ? status : 1);
}
