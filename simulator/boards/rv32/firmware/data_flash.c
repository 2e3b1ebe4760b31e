#include "data_flash.h"

#include <stdlib.h>
#include <string.h>

#include "memory_map.h"
#include "port.h"
#include "power.h"
#include "straps.h"

#define BLOCK (256 * 1024)
#define BOTH 0x00010001u /* a command goes to both chips */
#define ERASE (0x20 * BOTH)
#define CONFIRM (0xd0 * BOTH)
#define WRITE_BUFFER (0xe8 * BOTH)
#define READ_ARRAY (0xff * BOTH)
#define READY (0x80 * BOTH)

static volatile uint32_t *at(size_t offset) {
  return (volatile uint32_t *)(DATA_FLASH_BASE + offset / FLASH_SECTOR * BLOCK + offset % FLASH_SECTOR);
}

static void finish(volatile uint32_t *block) {
  while ((*block & READY) != READY) continue;
  *block = READ_ARRAY;
}

/* The buffer of the chips holds a sector. */
static void program(size_t offset, const uint8_t *bytes, size_t length) {
  volatile uint32_t *to = at(offset), *block = at(offset - offset % FLASH_SECTOR);
  if (length == 0) return;
  *block = WRITE_BUFFER;
  *block = (uint32_t)(length / 4 - 1) * BOTH;
  for (size_t done = 0; done < length; done += 4) {
    uint32_t word;
    memcpy(&word, bytes + done, 4);
    *to++ = word;
  }
  *block = CONFIRM;
  finish(block);
}

static void erase(size_t offset) {
  volatile uint32_t *block = at(offset);
  *block = ERASE;
  *block = CONFIRM;
  finish(block);
}

/* Whether power fails in this operation. */
static int cut(void) {
  return ++kept.flashOps == __straps.cutAfter;
}

void dataFlashRead(size_t offset, uint8_t *bytes, size_t length) {
  while (length > 0) {
    size_t part = FLASH_SECTOR - offset % FLASH_SECTOR;
    if (part > length) part = length;
    memcpy(bytes, (const void *)at(offset), part);
    offset += part, bytes += part, length -= part;
  }
}

void dataFlashWrite(size_t offset, const uint8_t *bytes, size_t length) {
  int torn = cut();
  if (torn) length = length * __straps.tear / 256 / 4 * 4;
  while (length > 0) {
    size_t part = FLASH_SECTOR - offset % FLASH_SECTOR;
    if (part > length) part = length;
    program(offset, bytes, part);
    offset += part, bytes += part, length -= part;
  }
  if (torn) powerOff();
}

/* Half an erase: the rest of the sector is as it was. */
static void tornErase(size_t offset) {
  size_t kept = FLASH_SECTOR * __straps.tear / 256 / 4 * 4;
  uint8_t *rest = malloc(FLASH_SECTOR);
  dataFlashRead(offset, rest, FLASH_SECTOR);
  erase(offset);
  program(offset + kept, rest + kept, FLASH_SECTOR - kept);
  powerOff();
}

void dataFlashErase(size_t offset, size_t length) {
  int torn = cut();
  for (; length > 0; offset += FLASH_SECTOR, length -= FLASH_SECTOR) {
    if (torn) tornErase(offset);
    erase(offset);
  }
}
