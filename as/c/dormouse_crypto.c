/* Checked entry to the generated code: copies arguments in and results out, so aliasing does not matter. */
#include "dormouse_crypto.h"

#include "crypto.h"

/* As in assembly/memory.ts. */
#define INPUT 0
#define INPUT_SIZE 1024
#define OUTPUT 1024
#define HASH_BLOCK 64

static Z_crypto_instance_t instance;
static int started;

static uint8_t *memory(size_t at) {
  if (!started) {
    Z_crypto_init_module();
    Z_crypto_instantiate(&instance);
    started = 1;
  }
  return instance.w2c_memory.data + at;
}

_Noreturn void wasm_rt_trap(wasm_rt_trap_t code) {
  (void)code;
  memset(instance.w2c_memory.data, 0, sizeof instance.w2c_memory.data);
  __builtin_trap();
}

/* How much of INPUT holds arguments. */
static size_t used;

static void put(size_t at, const uint8_t *data, size_t length) {
  if (length > 0) memcpy(memory(INPUT + at), data, length);
  if (used < at + length) used = at + length;
}

/* Result of a call; what it was computed from goes. */
static void take(uint8_t *result, size_t length) {
  memcpy(result, memory(OUTPUT), length);
  memset(memory(INPUT), 0, used);
  memset(memory(OUTPUT), 0, length < 32 ? 32 : length);
  used = 0;
  /* The memory counts as read: the wipe may not be optimized away. */
  __asm__ volatile("" : : "r"(memory(0)) : "memory");
}

static int drop(int status) {
  uint8_t none[1];
  take(none, 0);
  return status;
}

/* A null pointer is good for no bytes. */
static int absent(const void *data, size_t length) { return data == NULL && length > 0; }

static size_t chunk(size_t length) { return length < INPUT_SIZE ? length : INPUT_SIZE; }

typedef void update(Z_crypto_instance_t *, u32);

static void stream(update *next, const uint8_t *data, size_t length) {
  for (size_t from = 0; from < length; from += INPUT_SIZE) {
    size_t size = chunk(length - from);
    put(0, data + from, size);
    next(&instance, (u32)size);
  }
}

static void absorb(Z_crypto_instance_t *self, u32 length) { Z_cryptoZ_keccakUpdate(self, INPUT, length); }

int dormouse_randomize(const uint8_t entropy32[32]) {
  if (entropy32 == NULL) return DORMOUSE_BAD_LENGTH;
  put(0, entropy32, 32);
  Z_cryptoZ_randomize(&instance);
  return drop(DORMOUSE_OK);
}

int dormouse_sha256(const uint8_t *data, size_t length, uint8_t digest32[32]) {
  if (absent(data, length)) return DORMOUSE_BAD_LENGTH;
  memory(0);
  Z_cryptoZ_sha256Init(&instance);
  stream(Z_cryptoZ_sha256Update, data, length);
  Z_cryptoZ_sha256Final(&instance);
  take(digest32, 32);
  return DORMOUSE_OK;
}

int dormouse_keccak256(const uint8_t *data, size_t length, uint8_t digest32[32]) {
  if (absent(data, length)) return DORMOUSE_BAD_LENGTH;
  memory(0);
  Z_cryptoZ_keccakInit(&instance);
  stream(absorb, data, length);
  Z_cryptoZ_keccakFinal(&instance);
  take(digest32, 32);
  return DORMOUSE_OK;
}

/* The stream's state lives with the caller between calls. */
static void save(dormouse_sha256_stream *self) {
  Z_cryptoZ_sha256Save(&instance);
  take(self->state104, sizeof self->state104);
}

static void restore(const dormouse_sha256_stream *self) {
  put(0, self->state104, sizeof self->state104);
  Z_cryptoZ_sha256Restore(&instance);
}

int dormouse_sha256_start(dormouse_sha256_stream *self) {
  memory(0);
  Z_cryptoZ_sha256Init(&instance);
  save(self);
  return DORMOUSE_OK;
}

int dormouse_sha256_update(dormouse_sha256_stream *self, const uint8_t *data, size_t length) {
  if (absent(data, length)) return DORMOUSE_BAD_LENGTH;
  restore(self);
  stream(Z_cryptoZ_sha256Update, data, length);
  save(self);
  return DORMOUSE_OK;
}

int dormouse_sha256_finish(dormouse_sha256_stream *self, uint8_t digest32[32]) {
  restore(self);
  Z_cryptoZ_sha256Final(&instance);
  take(digest32, 32);
  memset(self, 0, sizeof *self);
  return DORMOUSE_OK;
}

/* RFC 2104 §2: a key longer than a block is hashed first. */
static void hmac_start(const uint8_t *key, size_t length) {
  uint8_t digest[32];
  if (length > HASH_BLOCK) {
    dormouse_sha256(key, length, digest);
    key = digest;
    length = sizeof digest;
  }
  put(0, key, length);
  memory(0);
  Z_cryptoZ_hmacSha256Init(&instance, (u32)length);
  memset(digest, 0, sizeof digest);
  __asm__ volatile("" : : "r"(digest) : "memory");
}

int dormouse_hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length, uint8_t tag32[32]) {
  if (absent(key, key_length) || absent(data, length)) return DORMOUSE_BAD_LENGTH;
  hmac_start(key, key_length);
  stream(Z_cryptoZ_sha256Update, data, length);
  Z_cryptoZ_hmacSha256Final(&instance);
  take(tag32, 32);
  return DORMOUSE_OK;
}

int dormouse_hkdf_sha256(const uint8_t *input_key, size_t input_key_length, const uint8_t *salt, size_t salt_length,
                         const uint8_t *info, size_t info_length, uint8_t *output, size_t output_length) {
  uint8_t key[32], block[32];
  if (absent(input_key, input_key_length) || absent(salt, salt_length) || absent(info, info_length)) return DORMOUSE_BAD_LENGTH;
  if (absent(output, output_length) || output_length > 255 * 32) return DORMOUSE_BAD_LENGTH;
  dormouse_hmac_sha256(salt, salt_length, input_key, input_key_length, key);
  uint8_t counter = 1;
  for (size_t from = 0; from < output_length; from += 32, counter++) {
    hmac_start(key, sizeof key);
    stream(Z_cryptoZ_sha256Update, block, from > 0 ? sizeof block : 0);
    stream(Z_cryptoZ_sha256Update, info, info_length);
    stream(Z_cryptoZ_sha256Update, &counter, 1);
    Z_cryptoZ_hmacSha256Final(&instance);
    take(block, sizeof block);
    size_t rest = output_length - from;
    memcpy(output + from, block, rest < 32 ? rest : 32);
  }
  memset(key, 0, sizeof key);
  memset(block, 0, sizeof block);
  __asm__ volatile("" : : "r"(key), "r"(block) : "memory");
  return DORMOUSE_OK;
}

/* Runs key, nonce and aad into the cipher, then the text through it. The tag is at OUTPUT afterwards. */
static void ccm(const uint8_t *key, const uint8_t *nonce, const uint8_t *aad, size_t aad_length, const uint8_t *from,
                size_t length, uint8_t *to, size_t tag_length, update *transform) {
  put(0, key, 16);
  put(16, nonce, 13);
  Z_cryptoZ_ccmStart(&instance, (u32)tag_length, (u32)aad_length, (u32)length);
  stream(Z_cryptoZ_ccmAuthenticate, aad, aad_length);
  for (size_t at = 0; at < length; at += INPUT_SIZE) {
    size_t size = chunk(length - at);
    put(0, from + at, size);
    transform(&instance, (u32)size);
    memcpy(to + at, memory(INPUT), size);
  }
  Z_cryptoZ_ccmFinish(&instance);
}

static int ccm_lengths(const uint8_t *aad, size_t aad_length, const uint8_t *text, size_t length, size_t tag_length) {
  /* RFC 3610 §2.2: from 0xff00 on, aad would need a longer length field. */
  if (absent(aad, aad_length) || absent(text, length) || aad_length >= 0xff00 || length > 0xffff) return 0;
  return tag_length == 0 || tag_length == 4 || tag_length == 8 || tag_length == 16;
}

int dormouse_ccm_star_seal(const uint8_t key16[16], const uint8_t nonce13[13], const uint8_t *aad, size_t aad_length,
                           const uint8_t *plaintext, size_t length, size_t tag_length, uint8_t *sealed) {
  if (!ccm_lengths(aad, aad_length, plaintext, length, tag_length)) return DORMOUSE_BAD_LENGTH;
  ccm(key16, nonce13, aad, aad_length, plaintext, length, sealed, tag_length, Z_cryptoZ_ccmEncrypt);
  take(sealed + length, tag_length);
  return DORMOUSE_OK;
}

int dormouse_ccm_star_open(const uint8_t key16[16], const uint8_t nonce13[13], const uint8_t *aad, size_t aad_length,
                           const uint8_t *sealed, size_t sealed_length, size_t tag_length, uint8_t *plaintext) {
  uint8_t expected[16], tag[16], difference = 0;
  if (sealed_length < tag_length) return DORMOUSE_BAD_LENGTH;
  size_t length = sealed_length - tag_length;
  if (!ccm_lengths(aad, aad_length, sealed, length, tag_length)) return DORMOUSE_BAD_LENGTH;
  memcpy(tag, sealed + length, tag_length);
  ccm(key16, nonce13, aad, aad_length, sealed, length, plaintext, tag_length, Z_cryptoZ_ccmDecrypt);
  take(expected, tag_length);
  for (size_t i = 0; i < tag_length; i++) difference |= tag[i] ^ expected[i];
  if (dormouse_declassify(difference) == 0) return DORMOUSE_OK;
  memset(plaintext, 0, length);
  return DORMOUSE_MISMATCH;
}

int dormouse_ccm_seal(const uint8_t key16[16], const uint8_t nonce13[13], const uint8_t *aad, size_t aad_length,
                      const uint8_t *plaintext, size_t length, uint8_t *sealed) {
  return dormouse_ccm_star_seal(key16, nonce13, aad, aad_length, plaintext, length, 8, sealed);
}

int dormouse_ccm_open(const uint8_t key16[16], const uint8_t nonce13[13], const uint8_t *aad, size_t aad_length,
                      const uint8_t *sealed, size_t sealed_length, uint8_t *plaintext) {
  return dormouse_ccm_star_open(key16, nonce13, aad, aad_length, sealed, sealed_length, 8, plaintext);
}

int dormouse_is_secret_key(const uint8_t secret_key32[32]) {
  if (secret_key32 == NULL) return DORMOUSE_BAD_LENGTH;
  put(0, secret_key32, 32);
  return drop(Z_cryptoZ_isSecretKey(&instance) ? DORMOUSE_OK : DORMOUSE_BAD_SECRET_KEY);
}

static int public_from_secret(const uint8_t *secret_key, int compressed, uint8_t *public_key) {
  if (secret_key == NULL) return DORMOUSE_BAD_LENGTH;
  put(0, secret_key, 32);
  u32 length = Z_cryptoZ_getPublicKey(&instance, (u32)compressed);
  if (length == 0) return drop(DORMOUSE_BAD_SECRET_KEY);
  take(public_key, length);
  return DORMOUSE_OK;
}

int dormouse_get_public_key33(const uint8_t secret_key32[32], uint8_t public_key33[33]) {
  return public_from_secret(secret_key32, 1, public_key33);
}

int dormouse_get_public_key65(const uint8_t secret_key32[32], uint8_t public_key65[65]) {
  return public_from_secret(secret_key32, 0, public_key65);
}

static int is_encoding(const uint8_t *public_key, size_t length) {
  return public_key != NULL && (length == 33 || length == 65);
}

static int convert(const uint8_t *public_key, size_t length, int compressed, uint8_t *result) {
  if (!is_encoding(public_key, length)) return DORMOUSE_BAD_LENGTH;
  put(0, public_key, length);
  u32 size = Z_cryptoZ_convertPublicKey(&instance, (u32)length, (u32)compressed);
  if (size == 0) return drop(DORMOUSE_BAD_PUBLIC_KEY);
  take(result, size);
  return DORMOUSE_OK;
}

int dormouse_convert_public_key33(const uint8_t *public_key, size_t public_key_length, uint8_t public_key33[33]) {
  return convert(public_key, public_key_length, 1, public_key33);
}

int dormouse_convert_public_key65(const uint8_t *public_key, size_t public_key_length, uint8_t public_key65[65]) {
  return convert(public_key, public_key_length, 0, public_key65);
}

int dormouse_sign(const uint8_t digest32[32], const uint8_t secret_key32[32], uint8_t signature65[65]) {
  if (digest32 == NULL || secret_key32 == NULL) return DORMOUSE_BAD_LENGTH;
  put(0, digest32, 32);
  put(32, secret_key32, 32);
  if (!Z_cryptoZ_sign(&instance)) return drop(DORMOUSE_BAD_SECRET_KEY);
  take(signature65, 65);
  return DORMOUSE_OK;
}

int dormouse_verify(const uint8_t signature64[64], const uint8_t digest32[32], const uint8_t *public_key,
                    size_t public_key_length) {
  if (signature64 == NULL || digest32 == NULL || !is_encoding(public_key, public_key_length)) return DORMOUSE_BAD_LENGTH;
  put(0, signature64, 64);
  put(64, digest32, 32);
  put(96, public_key, public_key_length);
  return drop(Z_cryptoZ_verify(&instance, (u32)public_key_length) ? DORMOUSE_OK : DORMOUSE_MISMATCH);
}

int dormouse_recover(const uint8_t signature65[65], const uint8_t digest32[32], uint8_t public_key65[65]) {
  if (signature65 == NULL || digest32 == NULL) return DORMOUSE_BAD_LENGTH;
  put(0, signature65, 64);
  put(64, digest32, 32);
  if (!Z_cryptoZ_recover(&instance, signature65[64])) return drop(DORMOUSE_MISMATCH);
  take(public_key65, 65);
  return DORMOUSE_OK;
}

int dormouse_ecdh(const uint8_t secret_key32[32], const uint8_t *public_key, size_t public_key_length, uint8_t secret32[32]) {
  if (secret_key32 == NULL || !is_encoding(public_key, public_key_length)) return DORMOUSE_BAD_LENGTH;
  put(0, secret_key32, 32);
  put(32, public_key, public_key_length);
  u32 status = Z_cryptoZ_ecdh(&instance, (u32)public_key_length);
  if (status != 1) return drop(status == 0 ? DORMOUSE_BAD_SECRET_KEY : DORMOUSE_BAD_PUBLIC_KEY);
  take(secret32, 32);
  return DORMOUSE_OK;
}
