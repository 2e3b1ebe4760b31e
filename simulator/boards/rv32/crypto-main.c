/* The crypto shell on the board. */
#include "board.h"
#include "shell.h"

int main(void) {
  crypto_shell_stack = board_stack_used;
  crypto_shell(board_get, board_put, board_instructions);
  return 0;
}
