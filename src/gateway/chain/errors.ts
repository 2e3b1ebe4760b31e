import { DormouseError, type ErrorCode } from "../../protocol/errors.ts"

/** What can go wrong between the gateway and its chain. */
export type ChainErrorCode =
  | "E_CHAIN_CONTRACT" // a contract is not compiled, or not where it should be
  | "E_CHAIN_CONTRACTS_CHANGED" // the data directory has contracts of another version
  | "E_CHAIN_CLOSED" // the node was closed, or its worker ended
  | "E_CHAIN_CORRUPT" // the file does not hold what its head says
  | "E_CHAIN_EQUIVOCATION" // the slot holds another anchor than the one to be written
  | "E_CHAIN_GENESIS" // genesis file, data and options do not belong together
  | "E_CHAIN_IMPORT" // a block breaks a rule of the chain
  | "E_CHAIN_KEY" // a key file cannot be used
  | "E_CHAIN_PROOF" // a node's answer does not fit its own hashes
  | "E_CHAIN_REVERTED" // a contract refused; `reason` names its error
  | "E_CHAIN_TIMEOUT" // a transaction was sent and is in no block yet
  | "E_CHAIN_UNREACHABLE" // no answer from the node at this URL
  | "E_CHAIN_WRONG_CHAIN" // the node at this URL serves another chain

/** Every error of this room; `reason` is a contract's own error name where there is one. */
export class ChainError extends DormouseError {
  readonly reason: string | undefined

  constructor(code: ChainErrorCode, message: string, options?: { cause?: unknown; reason?: string }) {
    super(code satisfies ErrorCode, message, options)
    this.name = "ChainError"
    this.reason = options?.reason
  }
}
