/* Running a piece of a turn so that nothing in it ends more than its machine. */
#ifndef DORMOUSE_GUARD_H
#define DORMOUSE_GUARD_H

#include "xsAll.h"

#include "calls.h"

/* Painted over a fresh stack. */
#define STACK_PAINT 0xA5
/* An end status of ours beside those of XS. */
#define END_POWER_FAILED 100

/* Runs `body`; 0, or why the machine ended (the->endStatus). */
int guarded(txMachine* the, void (*body)(txMachine*, void*), void* data);

/* For fxBeginMetering: ends the machine once the interval is used up. */
txBoolean meterExceeded(txMachine* the, txU4 index);

#endif
