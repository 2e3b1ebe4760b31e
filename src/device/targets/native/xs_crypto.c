/* The methods of src/protocol/crypto.ts over as/c/dormouse_crypto.h. */
#include "xs_crypto.h"

#include "dormouse_crypto.h"

#define DIGEST 32
#define KEY 32
#define TAG 8
#define HKDF_MAX (255 * 32)

static const uint8_t* argPublicKey(xsMachine* the, int index, size_t* length) {
  const uint8_t* bytes = argBytes(the, index, "publicKey", length);
  if (*length != 33 && *length != 65)
    xsTypeError("publicKey: 33 or 65 bytes expected, not %d", (int)*length);
  return bytes;
}

static int argCompressed(xsMachine* the, int index) {
  return xsmcArgc <= index || xsmcTypeOf(xsArg(index)) == xsUndefinedType || xsmcTest(xsArg(index));
}

/* What is left to go wrong once the lengths are right. */
static void check(xsMachine* the, int status) {
  if (status == DORMOUSE_BAD_SECRET_KEY)
    xsRangeError("secretKey: not between 1 and n - 1");
  if (status == DORMOUSE_BAD_PUBLIC_KEY)
    xsRangeError("publicKey: not a point of secp256k1");
  if (status != DORMOUSE_OK)
    xsRangeError("too many bytes");
}

void xs_dormouse_sha256(xsMachine* the) {
  uint8_t digest[DIGEST];
  size_t length;
  const uint8_t* data = argBytes(the, 0, "data", &length);
  dormouse_sha256(data, length, digest);
  resultBytes(the, digest, DIGEST);
}

void xs_dormouse_keccak256(xsMachine* the) {
  uint8_t digest[DIGEST];
  size_t length;
  const uint8_t* data = argBytes(the, 0, "data", &length);
  dormouse_keccak256(data, length, digest);
  resultBytes(the, digest, DIGEST);
}

void xs_dormouse_hmac_sha256(xsMachine* the) {
  uint8_t tag[DIGEST];
  size_t keyLength, length;
  const uint8_t* key = argBytes(the, 0, "key", &keyLength);
  const uint8_t* data = argBytes(the, 1, "data", &length);
  dormouse_hmac_sha256(key, keyLength, data, length, tag);
  resultBytes(the, tag, DIGEST);
}

void xs_dormouse_hkdf_sha256(xsMachine* the) {
  uint8_t output[HKDF_MAX];
  size_t inputLength, saltLength, infoLength, length = argSize(the, 3, "length");
  const uint8_t* input = argBytes(the, 0, "inputKey", &inputLength);
  const uint8_t* salt = argBytes(the, 1, "salt", &saltLength);
  const uint8_t* info = argBytes(the, 2, "info", &infoLength);
  if (length > HKDF_MAX)
    xsTypeError("length: at most %d bytes, not %d", HKDF_MAX, (int)length);
  check(the, dormouse_hkdf_sha256(input, inputLength, salt, saltLength, info, infoLength, output, length));
  resultBytes(the, output, length);
}

/* The result is allocated first, since that moves the arguments' bytes. */
void xs_dormouse_ccm_seal(xsMachine* the) {
  size_t aadLength, length;
  const uint8_t *key, *nonce, *aad, *plaintext;
  uint8_t* sealed;
  argBytes(the, 3, "plaintext", &length);
  sealed = resultBytes(the, NULL, length + TAG);
  key = argBytesOf(the, 0, "key", 16);
  nonce = argBytesOf(the, 1, "nonce", 13);
  aad = argBytes(the, 2, "aad", &aadLength);
  plaintext = argBytes(the, 3, "plaintext", &length);
  check(the, dormouse_ccm_seal(key, nonce, aad, aadLength, plaintext, length, sealed));
}

void xs_dormouse_ccm_open(xsMachine* the) {
  size_t aadLength, length;
  const uint8_t *key, *nonce, *aad, *sealed;
  uint8_t* plaintext;
  int status;
  argBytes(the, 3, "sealed", &length);
  if (length < TAG) {
    argBytesOf(the, 0, "key", 16);
    argBytesOf(the, 1, "nonce", 13);
    argBytes(the, 2, "aad", &aadLength);
    return;
  }
  plaintext = resultBytes(the, NULL, length - TAG);
  key = argBytesOf(the, 0, "key", 16);
  nonce = argBytesOf(the, 1, "nonce", 13);
  aad = argBytes(the, 2, "aad", &aadLength);
  sealed = argBytes(the, 3, "sealed", &length);
  status = dormouse_ccm_open(key, nonce, aad, aadLength, sealed, length, plaintext);
  if (status == DORMOUSE_MISMATCH)
    xsmcSetUndefined(xsResult);
  else
    check(the, status);
}

void xs_dormouse_is_secret_key(xsMachine* the) {
  xsmcSetBoolean(xsResult, dormouse_is_secret_key(argBytesOf(the, 0, "secretKey", KEY)) == DORMOUSE_OK);
}

void xs_dormouse_get_public_key(xsMachine* the) {
  uint8_t publicKey[65];
  int compressed = argCompressed(the, 1);
  const uint8_t* secretKey = argBytesOf(the, 0, "secretKey", KEY);
  check(the, compressed ? dormouse_get_public_key33(secretKey, publicKey) : dormouse_get_public_key65(secretKey, publicKey));
  resultBytes(the, publicKey, compressed ? 33 : 65);
}

void xs_dormouse_convert_public_key(xsMachine* the) {
  uint8_t converted[65];
  size_t length;
  int compressed = argCompressed(the, 1);
  const uint8_t* publicKey = argPublicKey(the, 0, &length);
  check(the, compressed ? dormouse_convert_public_key33(publicKey, length, converted)
                        : dormouse_convert_public_key65(publicKey, length, converted));
  resultBytes(the, converted, compressed ? 33 : 65);
}

void xs_dormouse_sign(xsMachine* the) {
  uint8_t signature[65];
  const uint8_t* digest = argBytesOf(the, 0, "digest", DIGEST);
  const uint8_t* secretKey = argBytesOf(the, 1, "secretKey", KEY);
  check(the, dormouse_sign(digest, secretKey, signature));
  resultBytes(the, signature, sizeof signature);
}

void xs_dormouse_verify(xsMachine* the) {
  size_t length;
  const uint8_t* signature = argBytesOf(the, 0, "signature", 64);
  const uint8_t* digest = argBytesOf(the, 1, "digest", DIGEST);
  const uint8_t* publicKey = argPublicKey(the, 2, &length);
  xsmcSetBoolean(xsResult, dormouse_verify(signature, digest, publicKey, length) == DORMOUSE_OK);
}

void xs_dormouse_recover(xsMachine* the) {
  uint8_t publicKey[65];
  const uint8_t* signature = argBytesOf(the, 0, "signature", 65);
  const uint8_t* digest = argBytesOf(the, 1, "digest", DIGEST);
  if (dormouse_recover(signature, digest, publicKey) == DORMOUSE_OK)
    resultBytes(the, publicKey, sizeof publicKey);
}

void xs_dormouse_ecdh(xsMachine* the) {
  uint8_t secret[KEY];
  size_t length;
  const uint8_t* secretKey = argBytesOf(the, 0, "secretKey", KEY);
  const uint8_t* publicKey = argPublicKey(the, 1, &length);
  check(the, dormouse_ecdh(secretKey, publicKey, length, secret));
  resultBytes(the, secret, sizeof secret);
}

/* Blinds what follows with 32 fresh random bytes: once a boot. */
void xs_dormouse_randomize(xsMachine* the) {
  dormouse_randomize(argBytesOf(the, 0, "entropy", 32));
}
