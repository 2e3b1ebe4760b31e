import { type Abi, type PublicClient, TransactionNotFoundError, TransactionReceiptNotFoundError } from "viem"
import type { ChainNode } from "./embedded.ts"
import { ChainError } from "./errors.ts"
import type { Hex } from "./keys.ts"
import { explain } from "./reverts.ts"

/** What a transaction asks for; no `to`: `data` creates a contract. */
export interface Intent {
  to?: Hex
  data: Hex
  /** Names the contract's errors. */
  abi: Abi
  /** For messages: what the transaction does. */
  what: string
}

/** Where a transaction landed. */
export interface Inclusion {
  transactionHash: Hex
  blockNumber: number
  blockHash: Hex
}

export interface Waiting {
  client: PublicClient
  /** Where the node tells of its blocks; else it is asked again and again. */
  onBlock: ChainNode["onBlock"] | undefined
  /** How long a transaction may stay in no block. */
  timeoutMs: number
}

export interface Sent {
  intent: Intent
  hash: Hex
  raw: Hex
  from: Hex
}

/** Between looks at a transaction that does not get into a block; then it may have to be sent again. */
const RESEND_MS = 2000
/** Between questions to a node that does not tell: shorter at first, because most blocks come soon. */
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 500

/** Waits until a transaction is in a block. */
export async function included({ client, onBlock, timeoutMs }: Waiting, sent: Sent): Promise<Inclusion> {
  const { intent, hash } = sent
  const started = performance.now()
  let looked = started
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.4, LONGEST_PAUSE_MS)) {
    // Listening begins before the question: a block between the two is not missed.
    const block = nextBlock(onBlock, onBlock ? RESEND_MS : pause)
    try {
      const found = await inclusionOf(client, sent)
      if (found) return found
      const now = performance.now()
      if (now - started > timeoutMs) {
        const advice = "Look at the node's log; the same call may be made again."
        throw new ChainError("E_CHAIN_TIMEOUT", `${intent.what}: transaction ${hash} is in no block yet. ${advice}`)
      }
      if (now - looked > RESEND_MS) {
        looked = now
        await resendIfLost(client, sent)
      }
      await block.came
    } finally {
      block.cancel()
    }
  }
}

async function inclusionOf(client: PublicClient, { intent, hash, from }: Sent): Promise<Inclusion | undefined> {
  const receipt = await client.getTransactionReceipt({ hash }).catch(absent(TransactionReceiptNotFoundError))
  if (!receipt) return undefined
  const { blockHash, blockNumber, status } = receipt
  if (status === "success") return { transactionHash: hash, blockNumber: Number(blockNumber), blockHash }
  const { abi, to, data, what } = intent
  // A receipt has no reason; the same call after that block has.
  await client.call({ account: from, data, ...(to && { to }), blockNumber }).catch((error) => explain(error, abi, what))
  throw new ChainError("E_CHAIN_REVERTED", `${what}: transaction ${hash} failed in block ${blockNumber}.`)
}

/** A node that was restarted has forgotten what was in no block. */
async function resendIfLost(client: PublicClient, { hash, raw }: Sent): Promise<void> {
  const known = await client.getTransaction({ hash }).catch(absent(TransactionNotFoundError))
  if (!known) await client.sendRawTransaction({ serializedTransaction: raw }).catch(() => {})
}

/** `came` resolves after the next block, or when so much time has passed. */
function nextBlock(onBlock: ChainNode["onBlock"], pauseMs: number): { came: Promise<void>; cancel(): void } {
  let cancel = () => {}
  const came = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, pauseMs)
    const unlisten = onBlock?.(() => resolve())
    cancel = () => {
      clearTimeout(timer)
      unlisten?.()
    }
  })
  return { came, cancel }
}

const absent = (kind: typeof TransactionNotFoundError | typeof TransactionReceiptNotFoundError) => (error: unknown) => {
  if (error instanceof kind) return undefined
  throw error
}
