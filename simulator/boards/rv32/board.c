/* Devices of QEMU's `virt` machine: a 16550 UART and the test finisher (qemu: hw/riscv/virt.c, docs/system/riscv/virt). */
#include "board.h"

#define UART ((volatile uint8_t *)0x10000000)
#define LINE_STATUS 5
#define DATA_READY 0x01
#define TRANSMIT_EMPTY 0x20
#define FINISHER (*(volatile uint32_t *)0x00100000)
#define FINISH_PASS 0x5555
#define FINISH_FAIL 0x3333

int board_get(void) {
  while (!(UART[LINE_STATUS] & DATA_READY)) continue;
  return UART[0];
}

void board_put(char c) {
  while (!(UART[LINE_STATUS] & TRANSMIT_EMPTY)) continue;
  UART[0] = (uint8_t)c;
}

void board_print(const char *text) {
  while (*text) board_put(*text++);
}

uint64_t board_instructions(void) {
  uint32_t high, low, again;
  do __asm__ volatile("csrr %0, minstreth\n\tcsrr %1, minstret\n\tcsrr %2, minstreth" : "=r"(high), "=r"(low), "=r"(again));
  while (high != again);
  return (uint64_t)high << 32 | low;
}

/* boot.S paints the stack with this. */
#define PAINT 0xa5a5a5a5u

uint32_t board_stack_used(void) {
  extern uint32_t __heap_end[], __stack_top[];
  const uint32_t *at = __heap_end;
  while (at < __stack_top && *at == PAINT) at++;
  return (uint32_t)((uintptr_t)__stack_top - (uintptr_t)at);
}

_Noreturn void board_exit(int code) {
  FINISHER = code == 0 ? FINISH_PASS : (uint32_t)code << 16 | FINISH_FAIL;
  for (;;) __asm__ volatile("wfi");
}

static void print_hex(uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) board_put("0123456789abcdef"[value >> shift & 15]);
}

/* From boot.S: any exception ends the run and says where. */
_Noreturn void board_trap(uint32_t cause, uint32_t pc, uint32_t value);
_Noreturn void board_trap(uint32_t cause, uint32_t pc, uint32_t value) {
  board_print("\ntrap cause ");
  print_hex(cause);
  board_print(" pc ");
  print_hex(pc);
  board_print(" value ");
  print_hex(value);
  board_put('\n');
  board_exit(70);
}
