/* What whoever sets the board up ties to its pins; here eight bytes that QEMU's loader puts behind its RAM. */
#ifndef DORMOUSE_STRAPS_H
#define DORMOUSE_STRAPS_H

#include <stdint.h>

/* All zeros where nothing is tied. */
typedef struct {
  uint32_t cutAfter; /* power fails at this write or erase of flash since power-on; 0: never */
  uint8_t tear;      /* when so many 256ths of it are done */
  uint8_t frozen;    /* time stands still while the board awaits an answer: a run does not depend on the peer's speed */
  uint16_t unused;
} Straps;

extern const volatile Straps __straps;

#endif
