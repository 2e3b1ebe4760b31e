/** The data of a gateway that does not run, for commands that only read. */
import { fullReceipt } from "../anchor/full-receipt.ts"
import { Receipts } from "../anchor/receipts.ts"
import { Trees } from "../anchor/trees.ts"
import { deviceOf } from "../api/context.ts"
import { nextIncarnation } from "../backup/incarnation.ts"
import { type ChainPort, openChain } from "../chain-port.ts"
import { defaultLimits } from "../limits.ts"
import { lockDirectory } from "../lock.ts"
import { systemClock } from "../ports.ts"
import { Store } from "../store/store.ts"
import { requireStore } from "./instance.ts"

export function withStore<T>(dataDir: string, use: (store: Store) => T): T {
  const store = new Store(requireStore(dataDir), { readOnly: true })
  try {
    return use(store)
  } finally {
    store.close()
  }
}

/** Starts the chain alone, under the gateway's lock. */
export async function withChain<T>(dataDir: string, use: (chain: ChainPort) => Promise<T>): Promise<T> {
  const incarnation = withStore(dataDir, (store) => nextIncarnation(store, dataDir))
  const unlock = lockDirectory(dataDir)
  try {
    const chain = await openChain(dataDir, systemClock(), incarnation)
    try {
      return await use(chain)
    } finally {
      await chain.close()
    }
  } finally {
    unlock()
  }
}

export async function offlineReceipt(dataDir: string, address: string, seq: number): Promise<Uint8Array> {
  const { crypto } = await import("../../../as/index.ts")
  const store = new Store(requireStore(dataDir), { readOnly: true })
  try {
    const device = deviceOf(store, address)
    const receipts = new Receipts(store, new Trees(crypto, store.anchors, defaultLimits.cachedLeaves))
    return await withChain(dataDir, (chain) => fullReceipt(store, receipts, chain, device, seq))
  } finally {
    store.close()
  }
}
