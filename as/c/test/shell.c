/*
 * A line is a function's name and its arguments in hex ("-" for none); the answer is its status, its result in hex and the
 * instructions it took: "sign <digest> <key>" -> "0 <signature> 812345".
 */
#include "shell.h"

#include "dormouse_crypto.h"
#include <string.h>

uint32_t (*crypto_shell_stack)(void);

static uint8_t arguments[6144];
static uint8_t result[6144];

struct argument {
  uint8_t *data;
  size_t length;
};

typedef int call(const struct argument *a, size_t *length);

static int call_sha256(const struct argument *a, size_t *length) {
  *length = 32;
  return dormouse_sha256(a[0].data, a[0].length, result);
}
static int call_keccak256(const struct argument *a, size_t *length) {
  *length = 32;
  return dormouse_keccak256(a[0].data, a[0].length, result);
}
static int call_hmac(const struct argument *a, size_t *length) {
  *length = 32;
  return dormouse_hmac_sha256(a[0].data, a[0].length, a[1].data, a[1].length, result);
}
/* The fourth argument is the length, in two bytes. */
static int call_hkdf(const struct argument *a, size_t *length) {
  *length = (size_t)a[3].data[0] << 8 | a[3].data[1];
  return dormouse_hkdf_sha256(a[0].data, a[0].length, a[1].data, a[1].length, a[2].data, a[2].length, result, *length);
}
static int call_seal(const struct argument *a, size_t *length) {
  *length = a[3].length + 8;
  return dormouse_ccm_seal(a[0].data, a[1].data, a[2].data, a[2].length, a[3].data, a[3].length, result);
}
static int call_open(const struct argument *a, size_t *length) {
  *length = a[3].length - 8;
  return dormouse_ccm_open(a[0].data, a[1].data, a[2].data, a[2].length, a[3].data, a[3].length, result);
}
static int call_is_key(const struct argument *a, size_t *length) {
  *length = 0;
  return dormouse_is_secret_key(a[0].data);
}
static int call_public33(const struct argument *a, size_t *length) {
  *length = 33;
  return dormouse_get_public_key33(a[0].data, result);
}
static int call_public65(const struct argument *a, size_t *length) {
  *length = 65;
  return dormouse_get_public_key65(a[0].data, result);
}
static int call_convert33(const struct argument *a, size_t *length) {
  *length = 33;
  return dormouse_convert_public_key33(a[0].data, a[0].length, result);
}
static int call_convert65(const struct argument *a, size_t *length) {
  *length = 65;
  return dormouse_convert_public_key65(a[0].data, a[0].length, result);
}
static int call_sign(const struct argument *a, size_t *length) {
  *length = 65;
  return dormouse_sign(a[0].data, a[1].data, result);
}
static int call_verify(const struct argument *a, size_t *length) {
  *length = 0;
  return dormouse_verify(a[0].data, a[1].data, a[2].data, a[2].length);
}
static int call_recover(const struct argument *a, size_t *length) {
  *length = 65;
  return dormouse_recover(a[0].data, a[1].data, result);
}
static int call_ecdh(const struct argument *a, size_t *length) {
  *length = 32;
  return dormouse_ecdh(a[0].data, a[1].data, a[1].length, result);
}
static int call_randomize(const struct argument *a, size_t *length) {
  *length = 0;
  return dormouse_randomize(a[0].data);
}

static const struct {
  const char *name;
  call *run;
} calls[] = {
    {"sha256", call_sha256},       {"keccak256", call_keccak256}, {"hmac", call_hmac},           {"hkdf", call_hkdf},
    {"seal", call_seal},           {"open", call_open},           {"is_key", call_is_key},       {"public33", call_public33},
    {"public65", call_public65},   {"convert33", call_convert33}, {"convert65", call_convert65}, {"sign", call_sign},
    {"verify", call_verify},       {"recover", call_recover},     {"ecdh", call_ecdh},           {"randomize", call_randomize},
};

static void put_text(void (*put)(char), const char *text) {
  while (*text) put(*text++);
}

static void put_number(void (*put)(char), uint64_t value) {
  char digits[21] = {0};
  int at = 20;
  do digits[--at] = (char)('0' + value % 10);
  while ((value /= 10) > 0);
  put_text(put, digits + at);
}

static void put_hex(void (*put)(char), const uint8_t *data, size_t length) {
  if (length == 0) put('-');
  for (size_t i = 0; i < length; i++) {
    put("0123456789abcdef"[data[i] >> 4]);
    put("0123456789abcdef"[data[i] & 15]);
  }
}

static int nibble(int c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

/* Reads the rest of the line; returns the character that ended it. */
static int read_arguments(int (*get)(void), struct argument *a, int c) {
  uint8_t *at = arguments;
  for (int i = 0; i < 4; i++) {
    a[i] = (struct argument){at, 0};
    while (c == ' ') c = get();
    if (c == '-') {
      c = get();
      continue;
    }
    int high;
    while ((high = nibble(c)) >= 0 && at < arguments + sizeof arguments) {
      *at++ = (uint8_t)(high << 4 | nibble(get()));
      a[i].length++;
      c = get();
      if (c == ' ') break;
    }
  }
  while (c != '\n' && c != -1) c = get();
  return c;
}

void crypto_shell(int (*get)(void), void (*put)(char), uint64_t (*count)(void)) {
  for (;;) {
    char name[16];
    size_t size = 0;
    struct argument a[4];
    int c = get();
    while (c != ' ' && c != '\n' && c != -1) {
      if (size < sizeof name - 1) name[size++] = (char)c;
      c = get();
    }
    name[size] = 0;
    if (size == 0) return;
    read_arguments(get, a, c);
    int status = -1;
    size_t length = 0;
    uint64_t instructions = 0;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
      if (strcmp(calls[i].name, name) != 0) continue;
      uint64_t before = count();
      status = calls[i].run(a, &length);
      instructions = count() - before;
    }
    if (strcmp(name, "stack") == 0 && crypto_shell_stack != NULL) {
      status = 0;
      instructions = crypto_shell_stack();
    }
    put_number(put, (uint64_t)(status + (status < 0 ? 1000 : 0)));
    put(' ');
    put_hex(put, result, status == 0 ? length : 0);
    put(' ');
    put_number(put, instructions);
    put('\n');
  }
}
