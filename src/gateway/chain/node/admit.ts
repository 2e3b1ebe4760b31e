import type { Common } from "@ethereumjs/common"
import type { MerkleStateManager } from "@ethereumjs/statemanager"
import { createTxFromRLP, type TypedTransaction } from "@ethereumjs/tx"
import { feesOf } from "./fees.ts"
import { PoolRefusal } from "./pool.ts"

/** geth's limit on the size of one transaction. */
const MAX_TX_BYTES = 128 * 1024

/** A signed transaction from its bytes, with everything checked that does not depend on the state. */
export function decodeTransaction(raw: Uint8Array, common: Common): TypedTransaction {
  if (raw.length > MAX_TX_BYTES) throw new PoolRefusal("oversized data")
  let tx: TypedTransaction
  try {
    tx = createTxFromRLP(raw, { common })
  } catch (cause) {
    const wrongChain = /chain ?id/i.test(String(cause))
    throw new PoolRefusal(wrongChain ? "invalid chain id for signer" : `rlp: ${(cause as Error).message}`, { cause })
  }
  if (!tx.isSigned()) throw new PoolRefusal("invalid sender")
  // EIP-155: without the chain's number in it, a signature would be valid on every chain.
  if (tx.type === 0 && (tx.v === 27n || tx.v === 28n)) {
    throw new PoolRefusal("only replay-protected (EIP-155) transactions allowed over RPC")
  }
  try {
    tx.getSenderAddress()
  } catch (cause) {
    throw new PoolRefusal("invalid sender", { cause })
  }
  const flaw = tx.getValidationErrors()[0]
  if (flaw !== undefined) {
    throw new PoolRefusal(tx.gasLimit < tx.getIntrinsicGas() ? "intrinsic gas too low" : flaw)
  }
  return tx
}

/** What only the state can tell: block gas limit, nonce, funds. */
export async function checkAgainst(state: MerkleStateManager, tx: TypedTransaction, blockGas: bigint): Promise<void> {
  if (tx.gasLimit > blockGas) throw new PoolRefusal("exceeds block gas limit")
  const fees = feesOf(tx)
  if (fees.maxPriorityFeePerGas > fees.maxFeePerGas) {
    throw new PoolRefusal("max priority fee per gas higher than max fee per gas")
  }
  const account = await state.getAccount(tx.getSenderAddress())
  const nonce = account?.nonce ?? 0n
  if (tx.nonce < nonce) throw new PoolRefusal(`nonce too low: next nonce ${nonce}, tx nonce ${tx.nonce}`)
  if ((account?.balance ?? 0n) < tx.value + tx.gasLimit * fees.maxFeePerGas) {
    throw new PoolRefusal("insufficient funds for gas * price + value")
  }
}
