import type { Common } from "@ethereumjs/common"
import { bytesToHex, equalsBytes } from "@ethereumjs/util"
import { decodeBody } from "../node/body.ts"
import { extraDataOf, SEAL, sealerOf } from "../node/clique.ts"
import { execute } from "../node/execute.ts"
import { nextBaseFee } from "../node/fees.ts"
import { decodeHeader, encodeHeader, type Header, hashHeader } from "../node/header.ts"
import { londonCommon, openState, type StateSource } from "../node/state.ts"
import { ChainStore } from "../node/store.ts"

/** Replays a closed chain's file from its genesis and compares everything; the number of its head. */
export async function replay(path: string, chainId: number): Promise<number> {
  const store = new ChainStore(path)
  const common: Common = londonCommon(chainId)
  const source: StateSource = {
    ...{ common, readNode: store.readNode, blockHashOf: (number) => store.blockByNumber(number)?.hash },
  }
  try {
    let parent = decodeHeader(store.blockByNumber(0)!.header)
    const head = store.head()!.number
    const sealer = parent.extraData.slice(32, -SEAL)
    for (let number = 1; number <= head; number++) {
      const block = store.blockByNumber(number)
      if (!block) throw new Error(`block ${number} is missing below head ${head}`)
      const header = decodeHeader(block.header)
      checkHeader(header, parent, block.hash, sealer)
      const state = await openState(source, parent.stateRoot)
      const executed = await execute(state, { ...header, sealer }, decodeBody(block.body, common), (_, reason) => {
        throw reason
      })
      for (const field of ["stateRoot", "receiptsRoot", "transactionsRoot", "logsBloom"] as const) {
        if (!equalsBytes(executed[field], header[field])) throw new Error(`block ${number}: ${field} differs`)
      }
      if (executed.gasUsed !== header.gasUsed) throw new Error(`block ${number}: gasUsed differs`)
      parent = header
    }
    return head
  } finally {
    store.close()
  }
}

/** EIP-225 and EIP-1559, rule by rule. */
function checkHeader(header: Header, parent: Header, hash: Uint8Array, sealer: Uint8Array): void {
  const rules: Record<string, boolean> = {
    hash: equalsBytes(hashHeader(header), hash) && equalsBytes(encodeHeader(header), encodeHeader(header)),
    parent: equalsBytes(header.parentHash, hashHeader(parent)) && header.number === parent.number + 1n,
    time: header.timestamp >= parent.timestamp,
    gas: header.gasUsed <= header.gasLimit && header.gasLimit === parent.gasLimit,
    baseFee: header.baseFeePerGas === nextBaseFee(parent),
    difficulty: header.difficulty === 2n,
    noVote: [...header.coinbase, ...header.nonce, ...header.mixHash].every((byte) => byte === 0),
    extraData: header.extraData.length === extraDataOf(header.number, [sealer]).length,
    seal: equalsBytes(sealerOf(header), sealer),
  }
  const broken = Object.keys(rules).filter((rule) => !rules[rule])
  if (broken.length > 0) throw new Error(`block ${header.number} (${bytesToHex(hash)}): ${broken.join(", ")}`)
}
