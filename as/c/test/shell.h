/* Runs the crypto functions on lines of text, the same on a host and on a board. */
#ifndef DORMOUSE_CRYPTO_SHELL_H_
#define DORMOUSE_CRYPTO_SHELL_H_

#include <stdint.h>

/* `get` returns a character or -1 at the end; `count` a running number of instructions (or 0). */
void crypto_shell(int (*get)(void), void (*put)(char), uint64_t (*count)(void));

/* The deepest the stack has been, in bytes; where it is not null, the line "stack" answers it in place of a count. */
extern uint32_t (*crypto_shell_stack)(void);

#endif
