/* The crypto shell on the board. */
#include "board.h"
#include "shell.h"

/* Deepest use of the stack, for the report of `stack`: painted once, then read. */
int main(void) {
  crypto_shell(board_get, board_put, board_instructions);
  return 0;
}
