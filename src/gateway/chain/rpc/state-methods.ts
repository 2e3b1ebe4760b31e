import { getMerkleStateProof } from "@ethereumjs/statemanager"
import { Address, bytesToHex, setLengthLeft } from "@ethereumjs/util"
import type { Chain } from "../node/chain.ts"
import { headerAt } from "./blocks.ts"
import type { Methods } from "./context.ts"
import { toQuantity } from "./format.ts"
import { address, list, slot } from "./params.ts"

/** Proofs of one answer: each costs a few milliseconds of the node's thread. */
const MAX_PROOFS = 64

const ZERO = `0x${"00".repeat(32)}`

const accountsAt = (chain: Chain, tag: unknown) => chain.accounts(headerAt(chain, tag).stateRoot)

async function accountAt(chain: Chain, value: unknown, tag: unknown) {
  const who = new Address(address(value))
  return (await accountsAt(chain, tag)).getAccount(who)
}

/** The nonce that the next transaction of `value` should have, when everything waiting is in. */
async function pendingNonce(chain: Chain, value: unknown): Promise<bigint> {
  const who = new Address(address(value))
  const account = await (await chain.accounts()).getAccount(who)
  return chain.pool.nextNonce(who.toString(), account?.nonce ?? 0n)
}

/** Questions about the state at a block. */
export const stateMethods: Methods = {
  async eth_getBalance({ chain }, [who, tag]) {
    return toQuantity((await accountAt(chain, who, tag))?.balance ?? 0n)
  },
  async eth_getTransactionCount({ chain }, [who, tag]) {
    if (tag === "pending") return toQuantity(await pendingNonce(chain, who))
    return toQuantity((await accountAt(chain, who, tag))?.nonce ?? 0n)
  },
  async eth_getCode({ chain }, [who, tag]) {
    const accounts = await accountsAt(chain, tag)
    return bytesToHex(await accounts.getCode(new Address(address(who))))
  },
  async eth_getStorageAt({ chain }, [who, key, tag]) {
    const owner = new Address(address(who))
    const place = slot(key, "slot")
    const accounts = await accountsAt(chain, tag)
    return bytesToHex(setLengthLeft(await accounts.getStorage(owner, place), 32))
  },
  /** EIP-1186 */
  async eth_getProof({ chain }, [who, keys, tag]) {
    const owner = new Address(address(who))
    const slots = list(keys, "storageKeys", MAX_PROOFS).map((key, index) => slot(key, `storageKeys[${index}]`))
    const accounts = await accountsAt(chain, tag)
    const { storageProof, ...account } = await getMerkleStateProof(accounts, owner, slots)
    // An account that is not there has no hashes: geth says so with zeros.
    const nothing = (await accounts.getAccount(owner)) ? {} : { codeHash: ZERO, storageHash: ZERO }
    const named = storageProof.map(({ value, proof }, index) => ({
      // geth answers with the key as it was asked
      key: (keys as string[])[index],
      value: toQuantity(BigInt(value)),
      proof,
    }))
    const missing = slots
      .slice(named.length)
      .map((_, index) => ({ key: (keys as string[])[index], value: "0x0", proof: [] }))
    return { ...account, ...nothing, storageProof: [...named, ...missing] }
  },
}
