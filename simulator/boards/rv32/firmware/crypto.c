/* `host.crypto`: the native functions that every board has, as they are. */
#include "natives.h"
#include "xs_crypto.h"

void installCrypto(xsMachine *the, xsSlot *host) {
  xsSlot *crypto = &xsVar(1);
  xsmcSetNewObject(xsVar(1));
  addMethod(the, crypto, "sha256", xs_dormouse_sha256, 1);
  addMethod(the, crypto, "keccak256", xs_dormouse_keccak256, 1);
  addMethod(the, crypto, "hmacSha256", xs_dormouse_hmac_sha256, 2);
  addMethod(the, crypto, "hkdfSha256", xs_dormouse_hkdf_sha256, 4);
  addMethod(the, crypto, "ccmSeal", xs_dormouse_ccm_seal, 4);
  addMethod(the, crypto, "ccmOpen", xs_dormouse_ccm_open, 4);
  addMethod(the, crypto, "isSecretKey", xs_dormouse_is_secret_key, 1);
  addMethod(the, crypto, "getPublicKey", xs_dormouse_get_public_key, 2);
  addMethod(the, crypto, "convertPublicKey", xs_dormouse_convert_public_key, 2);
  addMethod(the, crypto, "sign", xs_dormouse_sign, 2);
  addMethod(the, crypto, "verify", xs_dormouse_verify, 3);
  addMethod(the, crypto, "recover", xs_dormouse_recover, 2);
  addMethod(the, crypto, "ecdh", xs_dormouse_ecdh, 2);
  xsmcDefine(*host, xsID("crypto"), xsVar(1), xsDontDelete | xsDontSet);
}
