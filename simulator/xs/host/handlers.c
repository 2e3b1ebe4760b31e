/* Calls from the host into the device's script, on XS's public interface. */
#include "natives.h"

#include <stdio.h>

static int findHandler(xsMachine* the, const char* name) {
  xsmcVars(2);
  xsmcGet(xsVar(0), xsGlobal, xsID("host"));
  xsmcGet(xsVar(0), xsVar(0), xsID("on"));
  if (xsmcTypeOf(xsVar(0)) != xsReferenceType)
    return 0;
  xsmcGet(xsVar(1), xsVar(0), xsID(name));
  return xsmcIsCallable(xsVar(1));
}

void callDatagram(xsMachine* the, void* data) {
  const Datagram* datagram = data;
  resultBytes(the, datagram->bytes, datagram->length); /* first: it uses xsVar(0) as well */
  if (findHandler(the, "datagram"))
    (void)xsCallFunction1(xsVar(1), xsVar(0), xsResult);
}

void callAlarm(xsMachine* the, void* data) {
  (void)data;
  if (findHandler(the, "alarm"))
    (void)xsCallFunction0(xsVar(1), xsVar(0));
}

void exceptionText(xsMachine* the, void* buffer) {
  xsmcVars(2);
  xsVar(0) = xsException;
  xsmcSetUndefined(xsVar(1));
  if (xsmcTypeOf(xsVar(0)) == xsReferenceType && xsmcIsInstanceOf(xsVar(0), xsErrorPrototype))
    xsmcGet(xsVar(1), xsVar(0), xsID("stack"));
  if (xsmcTypeOf(xsVar(1)) != xsStringType)
    xsVar(1) = xsVar(0);
  snprintf(buffer, EXCEPTION_TEXT, "%s", xsmcToString(xsVar(1)));
}
