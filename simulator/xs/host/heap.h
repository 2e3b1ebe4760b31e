/* What a machine uses of its memory. */
#ifndef DORMOUSE_HEAP_H
#define DORMOUSE_HEAP_H

#include "xsAll.h"

#include "port.h"

void measureHeap(txMachine* the, HeapUse* use);

#endif
