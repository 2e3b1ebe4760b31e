/* What the machine gives a program: a serial line, a count of instructions, an end. */
#ifndef DORMOUSE_RV32_BOARD_H_
#define DORMOUSE_RV32_BOARD_H_

#include <stdint.h>

/* Waits for a character. */
int board_get(void);
void board_put(char c);
void board_print(const char *text);
/* Instructions since reset; exact under `-icount shift=0`. */
uint64_t board_instructions(void);
/* Bytes of stack used at the deepest since reset. */
uint32_t board_stack_used(void);
/* Ends the emulator with this exit code. */
_Noreturn void board_exit(int code);

#endif
