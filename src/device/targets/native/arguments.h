/* Arguments and results of native functions, on XS's public interface only (xs.h). */
#ifndef DORMOUSE_ARGUMENTS_H
#define DORMOUSE_ARGUMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "xsmc.h"

/*
 * The bytes of argument `index`, which must be a Uint8Array; `name` goes into the TypeError. The pointer holds until
 * the next allocation of the machine.
 */
const uint8_t* argBytes(xsMachine* the, int index, const char* name, size_t* length);
/* The same, of exactly `length` bytes. */
const uint8_t* argBytesOf(xsMachine* the, int index, const char* name, size_t length);
/* A non-negative integer below 2^31. */
size_t argSize(xsMachine* the, int index, const char* name);
/* An integer from 0 to `most`. */
size_t argUpTo(xsMachine* the, int index, const char* name, size_t most);
double argNumber(xsMachine* the, int index, const char* name);

/* Makes the result a new Uint8Array (bytes may be NULL: zeros) and returns where its bytes are. Uses xsVar(0). */
uint8_t* resultBytes(xsMachine* the, const uint8_t* bytes, size_t length);

#endif
