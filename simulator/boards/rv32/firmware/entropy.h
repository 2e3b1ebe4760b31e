/* The board's entropy source: virtio-rng (virtio 1.2, §4.2 MMIO, §5.4 entropy device). */
#ifndef DORMOUSE_ENTROPY_H
#define DORMOUSE_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

/* 0 where the board has none. */
int entropyFill(uint8_t *bytes, size_t length);

#endif
