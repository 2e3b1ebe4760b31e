/*
 * The flash of the device's data: pflash bank 1, an Intel-command-set NOR (CFI 01), two chips of 16 bits side by side. Its
 * erase blocks have 256 KiB; a sector of 4 KiB, as microcontrollers have them, stands at the beginning of each.
 */
#ifndef DORMOUSE_DATA_FLASH_H
#define DORMOUSE_DATA_FLASH_H

#include <stddef.h>
#include <stdint.h>

#define DATA_FLASH_SIZE (64 * 4096)

void dataFlashRead(size_t offset, uint8_t *bytes, size_t length);
/* Within range, aligned to 4 bytes; the caller has checked that only bits are cleared. */
void dataFlashWrite(size_t offset, const uint8_t *bytes, size_t length);
void dataFlashErase(size_t offset, size_t length);

#endif
