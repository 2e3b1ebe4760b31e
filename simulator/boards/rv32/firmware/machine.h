/* The machine of this board: cloned from the template in flash at boot, run turn by turn until it sleeps. */
#ifndef DORMOUSE_MACHINE_H
#define DORMOUSE_MACHINE_H

#include "port.h"

struct Port {
  void *machine;
  int sleeps;
  double until;
  double alarm; /* NaN: none */
};

/* From boot to deep sleep. */
void machineRun(void) __attribute__((noreturn));

/* What the C heap has taken at most, bytes. */
size_t heapUsed(void);

#endif
