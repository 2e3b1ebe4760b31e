/* What whoever sets the board up ties to its pins; here files of QEMU's fw_cfg (`-fw_cfg name=opt/dormouse/NAME,string=TEXT`). */
#ifndef DORMOUSE_STRAPS_H
#define DORMOUSE_STRAPS_H

#include <stdint.h>

/*
 * `cut`, as in "17 128": power fails at the 17th write or erase of flash since power-on, when 128/256 of it are done.
 * `frozen`: time stands still while the board awaits an answer, so that a run does not depend on the peer's speed.
 */
typedef struct {
  uint32_t cutAfter; /* 0: never */
  uint32_t tear;     /* of 256 */
  int frozen;
} Straps;

extern Straps straps;
void strapsRead(void);

#endif
