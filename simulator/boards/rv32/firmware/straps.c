#include "straps.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "memory_map.h"

/* qemu: docs/specs/fw_cfg.rst */
#define DATA (*(volatile uint8_t *)FW_CFG)
#define SELECTOR (*(volatile uint16_t *)(FW_CFG + 8))
#define SIGNATURE 0x00
#define DIRECTORY 0x19
#define NAME_MAX 56

Straps straps;

static void bytes(void *to, size_t length) {
  for (uint8_t *at = to; length > 0; length--) *at++ = DATA;
}

static void choose(uint16_t key) {
  SELECTOR = __builtin_bswap16(key);
}

/* Text of the file; 0 where there is none. */
static int read(const char *name, char *text, size_t size) {
  uint32_t count, index;
  choose(DIRECTORY);
  bytes(&count, sizeof count);
  for (index = __builtin_bswap32(count); index > 0; index--) {
    struct {
      uint32_t size;
      uint16_t key, reserved;
      char name[NAME_MAX];
    } file;
    bytes(&file, sizeof file);
    if (strcmp(file.name, name) != 0) continue;
    size_t length = __builtin_bswap32(file.size);
    if (length >= size) length = size - 1;
    choose(__builtin_bswap16(file.key));
    bytes(text, length);
    text[length] = 0;
    return 1;
  }
  return 0;
}

void strapsRead(void) {
  char text[32], *rest;
  choose(SIGNATURE);
  bytes(text, 4);
  if (memcmp(text, "QEMU", 4) != 0) return;
  straps.frozen = read("opt/dormouse/frozen", text, sizeof text);
  if (read("opt/dormouse/cut", text, sizeof text)) {
    straps.cutAfter = strtoul(text, &rest, 10);
    straps.tear = strtoul(rest, NULL, 10);
  }
}
