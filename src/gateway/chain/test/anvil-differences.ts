/** Where our answers and anvil's may differ, and why. Anything else that differs is a fault of one of the two. */
export interface Difference {
  /** Method and place of the field in the answer; a list's members are `*`. */
  at: RegExp
  why: string
}

export const DIFFERENCES: Difference[] = [
  {
    at: /^eth_getBlock\w+ (difficulty|totalDifficulty|extraData|mixHash|size)$/,
    why: "a Clique block has a difficulty and its seal in extraData; anvil seals nothing",
  },
  {
    at: /^eth_getBlock\w+ stateRoot$|^eth_getProof (accountProof|storageHash|storageProof\.\*\.proof)\b/,
    why: "anvil keeps slots that are zero in its tries, shows an empty path as one node, and has no root at genesis",
  },
  {
    at: /^eth_getProof codeHash$/,
    why: "of an account that is not there: zeros, as Geth says; anvil names the hash of no code",
  },
  {
    at: /\b(blobGasUsed|excessBlobGas|blobGasPrice|baseFeePerBlobGas|blobGasUsedRatio)\b/,
    why: "anvil tells of blobs before Cancun",
  },
  {
    at: /^eth_feeHistory reward$/,
    why: "asked for no percentiles, anvil answers an empty list, Geth leaves the field out",
  },
  { at: /\bblockTimestamp$/, why: "anvil adds the block's time to transactions, receipts and logs" },
  {
    at: /^eth_(gasPrice|maxPriorityFeePerGas) $/,
    why: "here nobody competes for room, so the suggested tip is 0; anvil says 1 gwei",
  },
  { at: /^net_listening $/, why: "this node has no peers and listens for none" },
  { at: /^web3_clientVersion $/, why: "the name of the program" },
]

/** Error codes of both, where they are not the same. */
export const CODES: Record<string, { ours: number; theirs: number; why: string }> = {
  "a block that is not there yet": { ours: -32000, theirs: -32602, why: "Geth: header not found" },
  "a transaction that is no RLP": { ours: -32000, theirs: -32602, why: "Geth: what the pool refuses is -32000" },
}

/** Anvil's words for an error that is no text name its selector; the bytes, which callers decode, are the same. */
export const plainRevert = (message: string): string => message.replace(/: custom error 0x[0-9a-f]{8}.*$/s, "")

/** Places in which two answers differ. */
export function* differing(
  ours: unknown,
  theirs: unknown,
  path = "",
): Generator<{ path: string; ours: unknown; theirs: unknown }> {
  if (isComposite(ours) && isComposite(theirs)) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const step = Array.isArray(ours) ? "*" : key
      yield* differing(ours[key], theirs[key], path === "" ? step : `${path}.${step}`)
    }
  } else if (ours !== theirs) yield { path, ours, theirs }
}

const isComposite = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null
