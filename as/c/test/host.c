/* The shell on a host: lines on stdin, answers on stdout. */
#include <stdio.h>

#include "shell.h"

static int get(void) { return getchar(); }
static void put(char c) { putchar(c); }
static uint64_t count(void) { return 0; }

int main(void) {
  crypto_shell(get, put, count);
  return 0;
}
