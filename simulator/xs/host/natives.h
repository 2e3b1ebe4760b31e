/* The native functions behind the global `host`, on XS's public interface only (xs.h), so that any XS can host them. */
#ifndef DORMOUSE_NATIVES_H
#define DORMOUSE_NATIVES_H

#include "xsmc.h"

#include "calls.h"
#include "port.h"

/* The parts of `host`, each on its own object. */
void installFlash(xsMachine* the, xsSlot* host);
void installCrypto(xsMachine* the, xsSlot* host);

/* Adds a native method, or a getter, to an object. Uses xsVar(2), which keeps the function from the collector. */
void addMethod(xsMachine* the, xsSlot* object, const char* name, xsCallback callback, int argumentCount);
void addGetter(xsMachine* the, xsSlot* object, const char* name, xsCallback callback);

#define PORT ((Port*)xsGetContext(the))

/*
 * The bytes of argument `index`, which must be a Uint8Array; `name` goes into the TypeError. The pointer holds until
 * the next allocation of the machine.
 */
const uint8_t* argBytes(xsMachine* the, int index, const char* name, size_t* length);
/* The same, of exactly `length` bytes. */
const uint8_t* argBytesOf(xsMachine* the, int index, const char* name, size_t length);
/* A non-negative integer below 2^31. */
size_t argSize(xsMachine* the, int index, const char* name);
double argNumber(xsMachine* the, int index, const char* name);

/* Makes the result a new Uint8Array (bytes may be NULL: zeros) and returns where its bytes are. Uses xsVar(0). */
uint8_t* resultBytes(xsMachine* the, const uint8_t* bytes, size_t length);

#endif
