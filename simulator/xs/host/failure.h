/* Why a machine ended, in words. */
#ifndef DORMOUSE_FAILURE_H
#define DORMOUSE_FAILURE_H

#include "xsAll.h"

#include "device.h"

/* Called by fxAbort while the stack still stands: remembers which functions ran. */
void noteFrames(txMachine* the, int status);

/* Writes device->reasonText from the machine's end status; may run the thrown object's toString, guarded. */
void describeEnd(Device* device, txMachine* the);

#endif
