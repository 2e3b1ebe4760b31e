/**
 * The memory map: everything has a fixed place, nothing is allocated. One caller at a time.
 *
 * | from      | what                                                                                    |
 * |-----------|-----------------------------------------------------------------------------------------|
 * | INPUT     | arguments of a call, or a chunk of a stream                                             |
 * | OUTPUT    | its result                                                                              |
 * | BLIND     | blinding scalar and point: the only secrets that outlive a call, independent of any key |
 * | SECRET    | working memory, wiped after every call (`wipe`)                                         |
 * | 0x2000    | constants                                                                               |
 * | 0x4000    | the comb table, which the C build keeps in flash                                        |
 * | 0xa000    | odd multiples of the generator, on hosts that ask for them; the C build has no such part |
 */
export const FE: usize = 40
export const POINT: usize = 3 * FE
export const SCALAR: usize = 32

export const INPUT: usize = 0
export const INPUT_SIZE: usize = 1024
export const OUTPUT: usize = INPUT + INPUT_SIZE
export const OUTPUT_SIZE: usize = 128

export const BLIND: usize = OUTPUT + OUTPUT_SIZE
export const BLIND_SCALAR: usize = BLIND
export const BLIND_POINT: usize = BLIND_SCALAR + SCALAR
export const BLIND_SEED: usize = BLIND_POINT + 4 * FE
export const BLIND_READY: usize = BLIND_SEED + 32

/** Whether `prepareVerify` has run. */
export const WIDE_READY: usize = BLIND_READY + 4

export const SECRET: usize = BLIND_READY + 8

/** SHA-256: chaining value, bytes so far, partial block: what a stream saves and restores (104 bytes). */
export const SHA: usize = SECRET
export const SHA_COUNT: usize = SHA + 32
export const SHA_BLOCK: usize = SHA + 40
export const SHA_STATE_SIZE: usize = 104
export const SHA_SCHEDULE: usize = SHA + SHA_STATE_SIZE

export const HMAC_INNER: usize = SHA_SCHEDULE + 256
export const HMAC_OUTER: usize = HMAC_INNER + 32
export const HMAC_PAD: usize = HMAC_OUTER + 32

/** RFC 6979: K, V and their hash input, two blocks. */
export const NONCE_K: usize = HMAC_PAD + 64
export const NONCE_V: usize = NONCE_K + 32
export const NONCE_INPUT: usize = NONCE_V + 32

/** Scalars: eight of the caller, then the double-width product. */
export const S: usize = NONCE_INPUT + 128
export const S_WIDE: usize = S + 8 * SCALAR
export const S_FOLD: usize = S_WIDE + 72

/** Safegcd: two inversions side by side, each in a lane as divsteps.ts lays it out. */
export const GCD: usize = S_FOLD + 72
export const LANE: usize = 208

/** Field temporaries of the group law, then points of the callers. */
export const T: usize = GCD + 2 * LANE
export const POINTS: usize = T + 12 * FE
export const MULTIPLES: usize = POINTS + 4 * POINT
export const DIGITS: usize = MULTIPLES + 16 * POINT
export const KECCAK: usize = DIGITS + 1088

/** AES: eleven round keys as bit planes, the state's planes, then the blocks of CCM. */
export const AES_KEYS: usize = KECCAK + 208
export const AES_STATE: usize = AES_KEYS + 352
export const CCM: usize = AES_STATE + 32
export const SECRET_END: usize = CCM + 64

/** `generate.js` puts the table here; constants lie between SECRET_END and it. */
export const COMB_TABLE: usize = 0x4000

/** Room for `prepareVerify`, behind the comb table: hosts with memory to spare only. */
export const WIDE_TABLE: usize = 0xa000

/** Big-endian words at aligned addresses. */
export function loadBig(address: usize): u32 {
  return bswap<u32>(load<u32>(address))
}

export function storeBig(address: usize, value: u32): void {
  store<u32>(address, bswap<u32>(value))
}

/** Big-endian words at any address: encodings of points begin with a byte, and not every core loads across words. */
export function loadBytes(address: usize): u32 {
  const high = ((<u32>load<u8>(address)) << 24) | ((<u32>load<u8>(address, 1)) << 16)
  return high | ((<u32>load<u8>(address, 2)) << 8) | load<u8>(address, 3)
}

export function storeBytes(address: usize, value: u32): void {
  store<u8>(address, <u8>(value >> 24))
  store<u8>(address, <u8>(value >> 16), 1)
  store<u8>(address, <u8>(value >> 8), 2)
  store<u8>(address, <u8>value, 3)
}

/** Eight words from one aligned address to another; `memory.copy` leaves the wasm in V8, which costs more than the words. */
export function copyWords(to: usize, from: usize): void {
  for (let i: usize = 0; i < 32; i += 4) store<u32>(to + i, load<u32>(from + i))
}

/** Ends every call that saw a secret: zeros from SECRET up to the end of what the call used. */
export function wipeTo(end: usize): void {
  memory.fill(SECRET, 0, end - SECRET)
}

/** Ends the cipher's calls. */
export function wipeCipher(): void {
  memory.fill(AES_KEYS, 0, SECRET_END - AES_KEYS)
}
