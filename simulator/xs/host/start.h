/* The global function `start` of the bundle: one wake. */
#ifndef DORMOUSE_START_H
#define DORMOUSE_START_H

#include "calls.h"

void callStart(MACHINE *the, void *unused);

#endif
