/*
 * secp256k1, SHA-256, Keccak-256, HMAC, HKDF and AES-CCM for boards and hosts in C. Plain functions, no allocation; sizes in
 * bytes are part of the names. Buffers may overlap, except where a function streams (marked). Big-endian as in the standards.
 *
 * Compile and link four files, from the project's root:
 *
 *   cc -std=c11 -O2 -Ias/c -Ias/generated -c as/generated/crypto.c as/generated/comb_table.c as/c/comb.c as/c/dormouse_crypto.c
 *
 * (-Os and -ffunction-sections with --gc-sections on boards.) GCC or Clang, little-endian. No other flags, no libraries beyond
 * memcpy, memset and memcmp. The 22 KiB table is const data; RAM is one static instance of about 9 KiB plus about 2 KiB of stack.
 *
 * One instance, static: for one thread, or behind one lock. Every function returns a code of `dormouse_status`; secrets are
 * wiped from the instance before it returns.
 */
#ifndef DORMOUSE_CRYPTO_H_
#define DORMOUSE_CRYPTO_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  DORMOUSE_OK = 0,
  DORMOUSE_BAD_LENGTH = 1,     /* a length is out of range, or an argument is null (results must not be) */
  DORMOUSE_BAD_SECRET_KEY = 2, /* not in 1 .. n - 1 */
  DORMOUSE_BAD_PUBLIC_KEY = 3, /* not a point of the curve, or an unknown encoding */
  DORMOUSE_MISMATCH = 4        /* signature or tag does not fit, or no key can be recovered */
} dormouse_status;

/* Fresh entropy for blinding: after boot, and as often as it is cheap. Everything works without it, less blinded. */
int dormouse_randomize(const uint8_t entropy32[32]);

int dormouse_sha256(const uint8_t *data, size_t length, uint8_t digest32[32]);
int dormouse_keccak256(const uint8_t *data, size_t length, uint8_t digest32[32]);

typedef struct {
  _Alignas(8) uint8_t state104[104];
} dormouse_sha256_stream;
int dormouse_sha256_start(dormouse_sha256_stream *stream);
int dormouse_sha256_update(dormouse_sha256_stream *stream, const uint8_t *data, size_t length);
int dormouse_sha256_finish(dormouse_sha256_stream *stream, uint8_t digest32[32]);

int dormouse_hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length, uint8_t tag32[32]);
/* RFC 5869; output_length at most 8160. Streams: output apart from the inputs. */
int dormouse_hkdf_sha256(const uint8_t *input_key, size_t input_key_length, const uint8_t *salt, size_t salt_length,
                         const uint8_t *info, size_t info_length, uint8_t *output, size_t output_length);

/* AES-CCM-16-64-128: ciphertext and tag are length + 8 bytes; aad below 65,280, length below 65,536. May work in place. */
int dormouse_ccm_seal(const uint8_t key16[16], const uint8_t nonce13[13], const uint8_t *aad, size_t aad_length,
                      const uint8_t *plaintext, size_t length, uint8_t *sealed);
/* plaintext: sealed_length - 8 bytes, zeros unless DORMOUSE_OK. */
int dormouse_ccm_open(const uint8_t key16[16], const uint8_t nonce13[13], const uint8_t *aad, size_t aad_length,
                      const uint8_t *sealed, size_t sealed_length, uint8_t *plaintext);
/* CCM* (IEEE 802.15.4): tag of 0, 4, 8 or 16 bytes. */
int dormouse_ccm_star_seal(const uint8_t key16[16], const uint8_t nonce13[13], const uint8_t *aad, size_t aad_length,
                           const uint8_t *plaintext, size_t length, size_t tag_length, uint8_t *sealed);
int dormouse_ccm_star_open(const uint8_t key16[16], const uint8_t nonce13[13], const uint8_t *aad, size_t aad_length,
                           const uint8_t *sealed, size_t sealed_length, size_t tag_length, uint8_t *plaintext);

/* DORMOUSE_OK or DORMOUSE_BAD_SECRET_KEY. */
int dormouse_is_secret_key(const uint8_t secret_key32[32]);
int dormouse_get_public_key33(const uint8_t secret_key32[32], uint8_t public_key33[33]);
int dormouse_get_public_key65(const uint8_t secret_key32[32], uint8_t public_key65[65]);
/* Public keys come in as 33 or 65 bytes, by their length. */
int dormouse_convert_public_key33(const uint8_t *public_key, size_t public_key_length, uint8_t public_key33[33]);
int dormouse_convert_public_key65(const uint8_t *public_key, size_t public_key_length, uint8_t public_key65[65]);

/* r (32), s (32, low), recovery id (1); RFC 6979. */
int dormouse_sign(const uint8_t digest32[32], const uint8_t secret_key32[32], uint8_t signature65[65]);
/* DORMOUSE_OK or DORMOUSE_MISMATCH (also for high s, and for a key that is no point of the curve). */
int dormouse_verify(const uint8_t signature64[64], const uint8_t digest32[32], const uint8_t *public_key,
                    size_t public_key_length);
int dormouse_recover(const uint8_t signature65[65], const uint8_t digest32[32], uint8_t public_key65[65]);
/* x coordinate of the shared point. */
int dormouse_ecdh(const uint8_t secret_key32[32], const uint8_t *public_key, size_t public_key_length, uint8_t secret32[32]);

#ifdef __cplusplus
}
#endif

#endif
