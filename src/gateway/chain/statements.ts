import { bytesToHex, parseAbi } from "viem"
import { privateKeyToAccount } from "viem/accounts"
import type { ChainAccount } from "./account.ts"
import type { Inclusion } from "./inclusion.ts"
import type { Hex } from "./keys.ts"

/** "At this epoch I anchored this link", signed by a gateway: what it can be held to. */
export interface AnchorStatement {
  gateway: Hex
  epoch: number
  link: Uint8Array
  /** r (32) || s (32) || v (1) */
  signature: Hex
}

export const statementsAbi = parseAbi([
  "struct Statement { bytes32 link; bytes signature; }",
  "function proveEquivocation(address gateway, uint64 epoch, Statement one, Statement other)",
  "function proveContradiction(address gateway, uint64 epoch, Statement statement)",
  "function statementDigest(uint64 epoch, bytes32 link) view returns (bytes32)",
  "event Equivocated(address indexed gateway, uint64 indexed epoch, bytes32 link, bytes32 otherLink, address reporter)",
  "error StatementInvalid(address gateway)",
  "error NoContradiction()",
  "error NotAnchored(address gateway, uint64 epoch)",
  "error WrongStanding(address gateway, uint8 standing)",
])

const types = {
  AnchorStatement: [
    { name: "epoch", type: "uint64" },
    { name: "link", type: "bytes32" },
  ],
} as const

/** Signs what is in the chain already, and nothing else: a statement that an anchor contradicts ends the gateway. */
export async function signStatement(
  privateKey: Hex,
  { chainId, anchor }: { chainId: number; anchor: Hex },
  { epoch, link }: Pick<AnchorStatement, "epoch" | "link">,
): Promise<AnchorStatement> {
  const account = privateKeyToAccount(privateKey)
  const signature = await account.signTypedData({
    domain: { name: "Dormouse ReadingAnchor", version: "1", chainId, verifyingContract: anchor },
    ...{ types, primaryType: "AnchorStatement", message: { epoch: BigInt(epoch), link: bytesToHex(link) } },
  })
  return { gateway: account.address.toLowerCase() as Hex, epoch, link, signature }
}

const asArgument = ({ link, signature }: AnchorStatement) => ({ link: bytesToHex(link), signature })

/** Brings two statements of a gateway that contradict each other before the contract. */
export function proveEquivocation(
  reporter: ChainAccount,
  anchor: Hex,
  one: AnchorStatement,
  other: AnchorStatement,
): Promise<Inclusion> {
  const args = [one.gateway, BigInt(one.epoch), asArgument(one), asArgument(other)] as const
  return reporter.call(anchor, { abi: statementsAbi, functionName: "proveEquivocation", args })
}

/** Brings a statement that contradicts the chain itself. */
export function proveContradiction(reporter: ChainAccount, anchor: Hex, statement: AnchorStatement) {
  const args = [statement.gateway, BigInt(statement.epoch), asArgument(statement)] as const
  return reporter.call(anchor, { abi: statementsAbi, functionName: "proveContradiction", args })
}
