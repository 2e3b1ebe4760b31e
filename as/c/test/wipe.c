/*
 * After a call nothing of its arguments, results or working memory is left in the instance, which is static: so the
 * interface is included here. BLIND, SECRET, STATICS: as in assembly/memory.ts and generate.js. Prints what left something.
 */
#include "../dormouse_crypto.c"

#include <stdio.h>

static uint8_t key[32], digest[32], peer[33], sealed[308], text[300], result[308];

static size_t left(void) {
  size_t count = 0;
  for (size_t i = 0; i < STATICS; i++) count += (i < BLIND || i >= SECRET) && *memory(i) != 0;
  return count;
}

static void expect_nothing(const char *name, int status, int expected) {
  if (status != expected) printf("%s: status %d\n", name, status);
  if (left() > 0) printf("%s: %u bytes left\n", name, (unsigned)left());
  /* What public calls left goes. */
  memset(memory(0), 0, BLIND);
  memset(memory(SECRET), 0, STATICS - SECRET);
}

int main(void) {
  uint8_t bad[33];
  memset(bad, 0xff, sizeof bad);
  memset(key, 3, sizeof key);
  memset(digest, 5, sizeof digest);
  memset(text, 7, sizeof text);
  expect_nothing("randomize", dormouse_randomize(digest), DORMOUSE_OK);
  expect_nothing("sign", dormouse_sign(digest, key, result), DORMOUSE_OK);
  expect_nothing("sign with a bad key", dormouse_sign(digest, bad, result), DORMOUSE_BAD_SECRET_KEY);
  expect_nothing("is_secret_key", dormouse_is_secret_key(key), DORMOUSE_OK);
  expect_nothing("public33", dormouse_get_public_key33(digest, peer), DORMOUSE_OK);
  expect_nothing("public65", dormouse_get_public_key65(key, result), DORMOUSE_OK);
  expect_nothing("ecdh", dormouse_ecdh(key, peer, 33, result), DORMOUSE_OK);
  expect_nothing("ecdh with a bad point", dormouse_ecdh(key, bad, 33, result), DORMOUSE_BAD_PUBLIC_KEY);
  expect_nothing("hmac", dormouse_hmac_sha256(key, 32, text, 300, result), DORMOUSE_OK);
  expect_nothing("hkdf", dormouse_hkdf_sha256(key, 32, text, 100, digest, 32, result, 100), DORMOUSE_OK);
  expect_nothing("sha256", dormouse_sha256(text, 300, result), DORMOUSE_OK);
  expect_nothing("keccak256", dormouse_keccak256(text, 300, result), DORMOUSE_OK);
  expect_nothing("seal", dormouse_ccm_seal(key, digest, key, 32, text, 300, sealed), DORMOUSE_OK);
  expect_nothing("open", dormouse_ccm_open(key, digest, key, 32, sealed, 308, result), DORMOUSE_OK);
  sealed[0] ^= 1;
  expect_nothing("open a forgery", dormouse_ccm_open(key, digest, key, 32, sealed, 308, result), DORMOUSE_MISMATCH);
  /* The test would see it. */
  *memory(SECRET) = 1;
  if (left() != 1) puts("one byte left, and not seen");
  return 0;
}
