/* The board's program: it runs the device that the preload holds, or, for the build, makes a preload. */
#include "board.h"
#include "memory_map.h"
#include "power.h"
#include "preload.h"
#include "machine.h"
#include "serial.h"

#define READ 1
#define WRITE 2
#define EXECUTE 4
#define TO_HERE 0x08 /* from the last entry's address to this one's */
#define LOCKED 0x80  /* holds for machine mode too */

#define entry(number, address) __asm__ volatile("csrw pmpaddr" #number ", %0" : : "r"((address) >> 2))
#define flags(number, value) __asm__ volatile("csrw pmpcfg" #number ", %0" : : "r"(value))

/* Code runs from flash alone, nothing writes to it, and RAM ends where it ends on a microcontroller. */
static void protect(void) {
  extern char __ram_start[], __stack_top[], __straps_end[];
  const uint32_t none = LOCKED | TO_HERE, registers = none | READ | WRITE, code = none | READ | EXECUTE;
  entry(0, FLASH_BASE);
  entry(1, FLASH_BASE + FLASH_BANK_SIZE);
  entry(2, DATA_FLASH_BASE + FLASH_BANK_SIZE);
  entry(3, (uintptr_t)__ram_start);
  entry(4, (uintptr_t)__stack_top);
  entry(5, (uintptr_t)__straps_end);
  entry(6, 0xfffffffc);
  flags(0, registers | EXECUTE | code << 8 | registers << 16 | none << 24); /* the reset vector is among the registers */
  flags(1, registers | (none | READ) << 8 | none << 16);
}

int main(void) {
  if (__preload.magic != PRELOAD_MAGIC) preloadMake();
  protect();
  powerInit();
  serialInit();
  machineRun();
}
