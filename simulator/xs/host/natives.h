/* The native functions behind the global `host`, on XS's public interface only (xs.h), so that any XS can host them. */
#ifndef DORMOUSE_NATIVES_H
#define DORMOUSE_NATIVES_H

#include "xsmc.h"

#include "arguments.h"
#include "calls.h"
#include "port.h"

/* The parts of `host`, each on its own object. */
void installFlash(xsMachine* the, xsSlot* host);
void installCrypto(xsMachine* the, xsSlot* host);

/* Adds a native method, or a getter, to an object. Uses xsVar(2), which keeps the function from the collector. */
void addMethod(xsMachine* the, xsSlot* object, const char* name, xsCallback callback, int argumentCount);
void addGetter(xsMachine* the, xsSlot* object, const char* name, xsCallback callback);

#define PORT ((Port*)xsGetContext(the))

#endif
