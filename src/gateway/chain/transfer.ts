import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs"
import { join } from "node:path"
import { RLP } from "@ethereumjs/rlp"
import { bytesToHex, equalsBytes } from "@ethereumjs/util"
import { ChainError } from "./errors.ts"
import type { Hex } from "./keys.ts"
import { encodeBlock, transactionsOf } from "./node/body.ts"
import type { Chain } from "./node/chain.ts"
import type { Genesis } from "./node/genesis.ts"
import { decodeHeader, hashHeader, headerOf } from "./node/header.ts"
import { openChain } from "./node/open.ts"
import { rlpItems } from "./node/rlp-file.ts"
import { ChainStore } from "./node/store.ts"

export interface TransferOptions {
  /** Data directory. */
  dir: string
  /** RLP blocks, one after the other, from the genesis on: what `geth export` writes and `geth import` reads. */
  file: string
}

export interface Transferred {
  /** Blocks written to the file, or taken from it. */
  blocks: number
  height: number
  head: Hex
}

/** Writes the whole chain of `dir` to a file. The node may be running: the blocks are those of one moment. */
export function exportChain({ dir, file }: TransferOptions): Transferred {
  const path = join(dir, "chain.sqlite")
  if (!existsSync(path)) throw new ChainError("E_CHAIN_GENESIS", `${path} is not there: no chain was begun in ${dir}.`)
  const store = new ChainStore(path, { readOnly: true })
  const output = openSync(`${file}.new`, "w")
  try {
    const { number: height, hash } = store.head()!
    for (let number = 0; number <= height; number++) {
      const { header, body } = store.blockByNumber(number)!
      writeSync(output, encodeBlock(decodeHeader(header), body))
    }
    fsyncSync(output)
    renameSync(`${file}.new`, file)
    return { blocks: height + 1, height, head: bytesToHex(hash) }
  } finally {
    closeSync(output)
    store.close()
  }
}

/**
 * Takes the blocks of a file into the chain of `dir`, which no node may have open: each is checked and executed, and what is
 * already there is skipped. A directory with nothing but genesis.json becomes a copy that follows and cannot seal.
 */
export async function importChain({ dir, file }: TransferOptions): Promise<Transferred> {
  const path = join(dir, "genesis.json")
  if (!existsSync(path)) {
    throw new ChainError("E_CHAIN_GENESIS", `${path} is not there. Copy it from the chain that the blocks are of.`)
  }
  const { chainId } = (JSON.parse(readFileSync(path, "utf8")) as Genesis).config
  const { chain } = await openChain({ dir, chainId, funded: [], now: 0, follow: true })
  try {
    let blocks = 0
    for (const item of rlpItems(file)) if (await take(chain, item).catch(named)) blocks += 1
    return { blocks, height: Number(chain.head.number), head: bytesToHex(hashHeader(chain.head)) }
  } finally {
    await chain.close()
  }
}

/** Whatever a malformed block trips over is a refusal of that block. */
function named(error: Error): never {
  if (error instanceof ChainError) throw error
  throw new ChainError("E_CHAIN_IMPORT", `A block cannot be read: ${error.message}`, { cause: error })
}

/** Whether the block was new. */
async function take(chain: Chain, item: Uint8Array): Promise<boolean> {
  const block = RLP.decode(item)
  if (!Array.isArray(block) || block.length !== 3)
    throw new ChainError("E_CHAIN_IMPORT", "A block of 3 parts expected.")
  const [fields, transactions, uncles] = block
  const header = headerOf(fields)
  const known = header.number <= chain.head.number ? chain.store.blockByNumber(Number(header.number)) : undefined
  if (known && equalsBytes(known.hash, hashHeader(header))) return false
  if (known) {
    const [theirs, ours] = [bytesToHex(hashHeader(header)), bytesToHex(known.hash)]
    const story = `Block ${header.number} is ${theirs} in the file and ${ours} here`
    throw new ChainError("E_CHAIN_IMPORT", `${story}: the two chains parted.`)
  }
  if (!Array.isArray(uncles) || uncles.length > 0) throw new ChainError("E_CHAIN_IMPORT", "No uncles expected.")
  await chain.append(header, transactionsOf(transactions, chain.common))
  return true
}
