#include "natives.h"
#include "start.h"

void callStart(xsMachine *the, void *unused) {
  (void)unused;
  xsmcVars(1);
  xsmcGet(xsVar(0), xsGlobal, xsID("start"));
  (void)xsCallFunction0(xsVar(0), xsGlobal);
}
