/* The outermost try of a turn. */
#include "guard.h"

int guarded(txMachine* the, void (*body)(txMachine*, void*), void* data) {
  txJump jump;
  jump.nextJump = NULL;
  jump.stack = the->stack;
  jump.scope = the->scope;
  jump.frame = the->frame;
  jump.environment = NULL;
  jump.code = the->code;
  jump.flag = 0;
  the->firstJump = &jump;
  if (c_setjmp(jump.buffer) == 0) {
    fxBeginHost(the);
    body(the, data);
    fxEndHost(the);
  }
  else if (the->endStatus == 0)
    the->endStatus = XS_UNHANDLED_EXCEPTION_EXIT;
  the->stack = jump.stack;
  the->scope = jump.scope;
  the->frame = jump.frame;
  the->code = jump.code;
  the->firstJump = NULL;
  return the->endStatus;
}

txBoolean meterExceeded(txMachine* the, txU4 index) {
  (void)the, (void)index;
  return 0;
}
