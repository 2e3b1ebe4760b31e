/* `host.crypto`: the methods of src/protocol/crypto.ts over as/c/dormouse_crypto.h. */
#include "dormouse_crypto.h"
#include "natives.h"

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

static void cryptoSha256(xsMachine* the) {
  uint8_t digest[DIGEST];
  size_t length;
  const uint8_t* data = argBytes(the, 0, "data", &length);
  dormouse_sha256(data, length, digest);
  resultBytes(the, digest, DIGEST);
}

static void cryptoKeccak256(xsMachine* the) {
  uint8_t digest[DIGEST];
  size_t length;
  const uint8_t* data = argBytes(the, 0, "data", &length);
  dormouse_keccak256(data, length, digest);
  resultBytes(the, digest, DIGEST);
}

static void cryptoHmacSha256(xsMachine* the) {
  uint8_t tag[DIGEST];
  size_t keyLength, length;
  const uint8_t* key = argBytes(the, 0, "key", &keyLength);
  const uint8_t* data = argBytes(the, 1, "data", &length);
  dormouse_hmac_sha256(key, keyLength, data, length, tag);
  resultBytes(the, tag, DIGEST);
}

static void cryptoHkdfSha256(xsMachine* the) {
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
static void cryptoCcmSeal(xsMachine* the) {
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

static void cryptoCcmOpen(xsMachine* the) {
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

static void cryptoIsSecretKey(xsMachine* the) {
  xsmcSetBoolean(xsResult, dormouse_is_secret_key(argBytesOf(the, 0, "secretKey", KEY)) == DORMOUSE_OK);
}

static void cryptoGetPublicKey(xsMachine* the) {
  uint8_t publicKey[65];
  int compressed = argCompressed(the, 1);
  const uint8_t* secretKey = argBytesOf(the, 0, "secretKey", KEY);
  check(the, compressed ? dormouse_get_public_key33(secretKey, publicKey) : dormouse_get_public_key65(secretKey, publicKey));
  resultBytes(the, publicKey, compressed ? 33 : 65);
}

static void cryptoConvertPublicKey(xsMachine* the) {
  uint8_t converted[65];
  size_t length;
  int compressed = argCompressed(the, 1);
  const uint8_t* publicKey = argPublicKey(the, 0, &length);
  check(the, compressed ? dormouse_convert_public_key33(publicKey, length, converted)
                        : dormouse_convert_public_key65(publicKey, length, converted));
  resultBytes(the, converted, compressed ? 33 : 65);
}

static void cryptoSign(xsMachine* the) {
  uint8_t signature[65];
  const uint8_t* digest = argBytesOf(the, 0, "digest", DIGEST);
  const uint8_t* secretKey = argBytesOf(the, 1, "secretKey", KEY);
  uint64_t start = portClockNs();
  int status = dormouse_sign(digest, secretKey, signature);
  portSigned(PORT, portClockNs() - start);
  check(the, status);
  resultBytes(the, signature, sizeof signature);
}

static void cryptoVerify(xsMachine* the) {
  size_t length;
  const uint8_t* signature = argBytesOf(the, 0, "signature", 64);
  const uint8_t* digest = argBytesOf(the, 1, "digest", DIGEST);
  const uint8_t* publicKey = argPublicKey(the, 2, &length);
  xsmcSetBoolean(xsResult, dormouse_verify(signature, digest, publicKey, length) == DORMOUSE_OK);
}

static void cryptoRecover(xsMachine* the) {
  uint8_t publicKey[65];
  const uint8_t* signature = argBytesOf(the, 0, "signature", 65);
  const uint8_t* digest = argBytesOf(the, 1, "digest", DIGEST);
  if (dormouse_recover(signature, digest, publicKey) == DORMOUSE_OK)
    resultBytes(the, publicKey, sizeof publicKey);
}

static void cryptoEcdh(xsMachine* the) {
  uint8_t secret[KEY];
  size_t length;
  const uint8_t* secretKey = argBytesOf(the, 0, "secretKey", KEY);
  const uint8_t* publicKey = argPublicKey(the, 1, &length);
  check(the, dormouse_ecdh(secretKey, publicKey, length, secret));
  resultBytes(the, secret, sizeof secret);
}

void installCrypto(xsMachine* the, xsSlot* host) {
  xsSlot* crypto = &xsVar(1);
  xsmcSetNewObject(xsVar(1));
  addMethod(the, crypto, "sha256", cryptoSha256, 1);
  addMethod(the, crypto, "keccak256", cryptoKeccak256, 1);
  addMethod(the, crypto, "hmacSha256", cryptoHmacSha256, 2);
  addMethod(the, crypto, "hkdfSha256", cryptoHkdfSha256, 4);
  addMethod(the, crypto, "ccmSeal", cryptoCcmSeal, 4);
  addMethod(the, crypto, "ccmOpen", cryptoCcmOpen, 4);
  addMethod(the, crypto, "isSecretKey", cryptoIsSecretKey, 1);
  addMethod(the, crypto, "getPublicKey", cryptoGetPublicKey, 2);
  addMethod(the, crypto, "convertPublicKey", cryptoConvertPublicKey, 2);
  addMethod(the, crypto, "sign", cryptoSign, 2);
  addMethod(the, crypto, "verify", cryptoVerify, 3);
  addMethod(the, crypto, "recover", cryptoRecover, 2);
  addMethod(the, crypto, "ecdh", cryptoEcdh, 2);
  xsmcDefine(*host, xsID("crypto"), xsVar(1), xsDontDelete | xsDontSet);
}
