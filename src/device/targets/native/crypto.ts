/** The port Crypto as native code (xs_crypto.c), for a board built with the Moddable SDK: `native` is its compiler's. */
import type { Crypto } from "../../../protocol/crypto.ts"

declare const native: <F>(name: string) => F

export const crypto: Crypto = {
  sha256: native<Crypto["sha256"]>("xs_dormouse_sha256"),
  keccak256: native<Crypto["keccak256"]>("xs_dormouse_keccak256"),
  hmacSha256: native<Crypto["hmacSha256"]>("xs_dormouse_hmac_sha256"),
  hkdfSha256: native<Crypto["hkdfSha256"]>("xs_dormouse_hkdf_sha256"),
  ccmSeal: native<Crypto["ccmSeal"]>("xs_dormouse_ccm_seal"),
  ccmOpen: native<Crypto["ccmOpen"]>("xs_dormouse_ccm_open"),
  isSecretKey: native<Crypto["isSecretKey"]>("xs_dormouse_is_secret_key"),
  getPublicKey: native<Crypto["getPublicKey"]>("xs_dormouse_get_public_key"),
  convertPublicKey: native<Crypto["convertPublicKey"]>("xs_dormouse_convert_public_key"),
  sign: native<Crypto["sign"]>("xs_dormouse_sign"),
  verify: native<Crypto["verify"]>("xs_dormouse_verify"),
  recover: native<Crypto["recover"]>("xs_dormouse_recover"),
  ecdh: native<Crypto["ecdh"]>("xs_dormouse_ecdh"),
}

/** Blinds the signer with 32 fresh random bytes: once a boot. */
export const randomize = native<(entropy: Uint8Array) => void>("xs_dormouse_randomize")
