/* Native functions, one for each method of src/protocol/crypto.ts, for any machine of XS. */
#ifndef DORMOUSE_XS_CRYPTO_H
#define DORMOUSE_XS_CRYPTO_H

#include "arguments.h"

void xs_dormouse_sha256(xsMachine* the);
void xs_dormouse_keccak256(xsMachine* the);
void xs_dormouse_hmac_sha256(xsMachine* the);
void xs_dormouse_hkdf_sha256(xsMachine* the);
void xs_dormouse_ccm_seal(xsMachine* the);
void xs_dormouse_ccm_open(xsMachine* the);
void xs_dormouse_is_secret_key(xsMachine* the);
void xs_dormouse_get_public_key(xsMachine* the);
void xs_dormouse_convert_public_key(xsMachine* the);
void xs_dormouse_sign(xsMachine* the);
void xs_dormouse_verify(xsMachine* the);
void xs_dormouse_recover(xsMachine* the);
void xs_dormouse_ecdh(xsMachine* the);
/* 32 random bytes against side channels; not of the port, but of every board. */
void xs_dormouse_randomize(xsMachine* the);

#endif
