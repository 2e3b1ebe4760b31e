import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { bytesToHex, equalsBytes, hexToBytes } from "@ethereumjs/util"
import { ChainError } from "../errors.ts"
import { writeDurably } from "../files.ts"
import { hasKey, type KeyPair, loadOrCreateKey } from "../keys.ts"
import { Chain } from "./chain.ts"
import { genesisSealers } from "./clique.ts"
import { createGenesis, type Genesis, genesisHeader } from "./genesis.ts"
import { encodeHeader, hashHeader } from "./header.ts"
import { reachable } from "./reachable.ts"
import { londonCommon, openAccounts, type StateSource, writeAlloc } from "./state.ts"
import { ChainStore } from "./store.ts"
import { EMPTY_TRIE_ROOT } from "./trie.ts"

export interface OpenOptions {
  dir: string
  chainId: number
  /** Addresses that a new chain gives funds to. */
  funded: readonly Uint8Array[]
  /** Unix milliseconds: the time of a new chain's genesis. */
  now: number
  /** Opens a chain whose sealing key is elsewhere. */
  follow?: boolean
  /** 32 bytes for extraData of every block sealed from now on. */
  vanity?: Uint8Array | undefined
  /** false: blocks may be lost with the machine's power; for simulations */
  durable?: boolean | undefined
}

export interface OpenedChain {
  chain: Chain
  genesisHash: Uint8Array
}

/** Opens the chain of a data directory, or begins one: key, then genesis file, then store; each step can be the last. */
export async function openChain(options: OpenOptions): Promise<OpenedChain> {
  const { dir, chainId, funded, now, follow = false, vanity, durable = true } = options
  mkdirSync(dir, { recursive: true })
  const path = join(dir, "genesis.json")
  const key = sealingKey(dir, existsSync(path), follow)
  if (!existsSync(path)) {
    const sealer = hexToBytes(key!.address)
    const timestamp = BigInt(Math.floor(now / 1000))
    writeDurably(path, `${JSON.stringify(createGenesis({ chainId, sealer, funded, timestamp }), null, 2)}\n`)
  }
  const genesis = readGenesis(path, chainId)
  const sealers = genesisSealers(hexToBytes(genesis.extraData))
  if (sealers.length !== 1 || (key && !equalsBytes(sealers[0]!, hexToBytes(key.address)))) {
    const named = sealers.map((each) => bytesToHex(each)).join(", ")
    throw new ChainError(
      "E_CHAIN_GENESIS",
      `${path} names sealer ${named}, but keys/sealer.json is of ${key?.address}.`,
    )
  }
  const common = londonCommon(chainId)
  const store = new ChainStore(join(dir, "chain.sqlite"), { durable })
  try {
    const genesisHash = await ensureGenesis(store, genesis, common)
    const sealerKey = key && hexToBytes(key.privateKey)
    const chain = await Chain.open({ store, common, sealers, sealerKey, vanity })
    chain.setTime(now)
    return { chain, genesisHash }
  } catch (error) {
    store.close()
    throw error
  }
}

/** The key in `dir`. A new one is made only for a new chain: beside a genesis it could seal nothing. */
function sealingKey(dir: string, begun: boolean, follow: boolean): KeyPair | undefined {
  if (!begun || hasKey(dir, "sealer")) return loadOrCreateKey(dir, "sealer")
  if (follow) return undefined
  throw new ChainError(
    "E_CHAIN_KEY",
    `${dir}/keys/sealer.json is missing: without it no block can be sealed. Restore it.`,
  )
}

function readGenesis(path: string, chainId: number): Genesis {
  let genesis: Genesis
  try {
    genesis = JSON.parse(readFileSync(path, "utf8")) as Genesis
  } catch (cause) {
    throw new ChainError("E_CHAIN_GENESIS", `${path} cannot be read as JSON. Restore it from a backup.`, { cause })
  }
  if (genesis.config?.chainId !== chainId) {
    const found = genesis.config?.chainId
    throw new ChainError("E_CHAIN_GENESIS", `${path} is of chain ${found}, asked for was ${chainId}. Use that number.`)
  }
  return genesis
}

/** Writes block 0 where there is none; refuses a file that describes another one. */
async function ensureGenesis(store: ChainStore, genesis: Genesis, common: Chain["common"]): Promise<Uint8Array> {
  const source: StateSource = { common, readNode: store.readNode, blockHashOf: () => undefined }
  const accounts = await openAccounts(source, EMPTY_TRIE_ROOT)
  const header = genesisHeader(genesis, await writeAlloc(accounts, genesis.alloc))
  const hash = hashHeader(header)
  const stored = store.blockByNumber(0)
  if (stored && !equalsBytes(stored.hash, hash)) {
    const [is, was] = [bytesToHex(hash), bytesToHex(stored.hash)]
    throw new ChainError(
      "E_CHAIN_GENESIS",
      `genesis.json describes ${is}, but the chain began with ${was}. Restore it.`,
    )
  }
  if (!stored) {
    const block = { number: 0, hash, header: encodeHeader(header), body: Uint8Array.of(0xc0) }
    store.commit({ block, nodes: reachable(accounts.overlay.fresh, header.stateRoot), receipts: [], logs: [] })
  }
  return hash
}
