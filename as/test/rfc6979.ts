/**
 * RFC 6979's method on secp256k1 with SHA-256: no official vectors exist; these are the ones implementations share. Secret
 * key and signature (r || s) in hex; what is signed is the SHA-256 of the message.
 */
export const rfc6979 = [
  {
    secret: "0000000000000000000000000000000000000000000000000000000000000001",
    message: "Satoshi Nakamoto",
    signature:
      "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
  },
  {
    secret: "0000000000000000000000000000000000000000000000000000000000000001",
    message: "All those moments will be lost in time, like tears in rain. Time to die...",
    signature:
      "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
  },
  {
    secret: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
    message: "Satoshi Nakamoto",
    signature:
      "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d06b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5",
  },
]
