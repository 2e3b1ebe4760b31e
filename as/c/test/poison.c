/*
 * Constant time, checked: keys, nonces and everything made from them are undefined memory for valgrind's memcheck, which then
 * reports each branch and each address that depends on them (A. Langley, "ctgrind", 2010). What a call hands back is
 * public; `declassify` marks in the source what else may be known.
 */
#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

#include "dormouse_crypto.h"

uint32_t dormouse_declassify(uint32_t value);
uint32_t dormouse_declassify(uint32_t value) {
  VALGRIND_MAKE_MEM_DEFINED(&value, sizeof value);
  return value;
}

#define SECRET(object) VALGRIND_MAKE_MEM_UNDEFINED(object, sizeof(object))
#define PUBLIC(object) VALGRIND_MAKE_MEM_DEFINED(object, sizeof(object))

static int failures;

static void expect(const char *what, int status) {
  VALGRIND_MAKE_MEM_DEFINED(&status, sizeof status);
  if (status == DORMOUSE_OK) return;
  printf("%s: status %d\n", what, status);
  failures++;
}

static void fill(uint8_t *data, size_t length, uint8_t seed) {
  for (size_t i = 0; i < length; i++) data[i] = (uint8_t)(seed + 7 * i);
}

static void curve(int round) {
  uint8_t key[32], entropy[32], digest[32], peer[32], signature[65], public_key[65], peer_key[33], secret[32];
  fill(peer, 32, 99);
  fill(digest, 32, (uint8_t)round);
  expect("public33", dormouse_get_public_key33(peer, peer_key));
  PUBLIC(peer_key);
  fill(entropy, 32, (uint8_t)(50 + round));
  SECRET(entropy);
  expect("randomize", dormouse_randomize(entropy));
  fill(key, 32, (uint8_t)(3 + round));
  SECRET(key);
  expect("is_secret_key", dormouse_is_secret_key(key));
  expect("sign", dormouse_sign(digest, key, signature));
  expect("public65", dormouse_get_public_key65(key, public_key));
  expect("ecdh", dormouse_ecdh(key, peer_key, 33, secret));
  PUBLIC(signature);
  PUBLIC(public_key);
  expect("verify", dormouse_verify(signature, digest, public_key, 65));
}

static void symmetric(void) {
  uint8_t key[32], text[300], aad[40], tag[32], output[100], nonce[13], sealed[308], opened[300];
  fill(key, 32, 1);
  fill(text, 300, 2);
  fill(aad, 40, 3);
  fill(nonce, 13, 4);
  SECRET(key);
  SECRET(text);
  expect("hmac", dormouse_hmac_sha256(key, 32, text, 300, tag));
  expect("hkdf", dormouse_hkdf_sha256(key, 32, text, 100, aad, 40, output, 100));
  expect("sha256", dormouse_sha256(text, 300, tag));
  expect("keccak256", dormouse_keccak256(text, 300, tag));
  expect("seal", dormouse_ccm_seal(key, nonce, aad, 40, text, 300, sealed));
  PUBLIC(sealed);
  expect("open", dormouse_ccm_open(key, nonce, aad, 40, sealed, 308, opened));
}

/* A branch on a secret, so that the test can see that memcheck would have told. */
static void leak(void) {
  uint8_t key[1] = {1};
  SECRET(key);
  if (key[0] > 0) puts("leak");
}

int main(int count, char **arguments) {
  (void)arguments;
  if (count > 1) {
    leak();
    return 0;
  }
  curve(1);
  symmetric();
  return failures > 0;
}
